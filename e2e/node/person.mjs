// Prints, as HighLevel's own client reads it, the contact with the e-mail address of the environment.

import { client, locationId } from './client.mjs';

const { contacts } = client();
const { contact } = await contacts.getDuplicateContact({ locationId, email: process.env.EMAIL });
const contactId = contact.id;
const { notes } = await contacts.getAllNotes({ contactId });
const { tasks } = await contacts.getAllTasks({ contactId });
console.log(JSON.stringify({ contact, notes, tasks }));
