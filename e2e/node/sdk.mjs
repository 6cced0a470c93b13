// Goes through the contact operations with HighLevel's own client and says what held.

import assert from 'node:assert/strict';
import { client, GHLError, locationId } from './client.mjs';

const { contacts } = client();

async function check(what, body) {
  await body();
  console.log(`ok: ${what}`);
}

/** The error that a call is refused with. */
async function refused(call) {
  const error = await call.then(
    (answer) => assert.fail(`was not refused: ${JSON.stringify(answer)}`),
    (reason) => reason,
  );
  assert.ok(error instanceof GHLError, `not the client's error: ${error}`);
  return error;
}

let contactId;

await check('create', async () => {
  const { contact } = await contacts.createContact({
    locationId,
    firstName: 'Ada',
    lastName: 'Lovelace',
    email: 'Ada@Example.com',
    phone: '0412 345 678',
    tags: ['VIP', 'vip'],
    source: 'sdk',
  });
  contactId = contact.id;
  assert.match(contactId, /^[0-9A-Za-z]{20}$/);
  assert.equal(contact.phone, '+61412345678');
  assert.deepEqual(contact.tags, ['vip']);
});

await check('read', async () => {
  const { contact } = await contacts.getContact({ contactId });
  assert.equal(contact.id, contactId);
  assert.equal(contact.locationId, locationId);
  assert.equal(contact.firstName, 'Ada');
  assert.equal(contact.email, 'Ada@Example.com');
  assert.equal(contact.source, 'sdk');
});

await check('update', async () => {
  const answer = await contacts.updateContact({ contactId }, { city: 'London', lastName: 'King' });
  assert.equal(answer.succeded, true);
  assert.equal(answer.succeeded, true);
  assert.equal(answer.contact.city, 'London');
  const { contact } = await contacts.getContact({ contactId });
  assert.equal(contact.lastName, 'King');
  assert.equal(contact.firstName, 'Ada');
});

await check('upsert changes an existing contact and creates a missing one', async () => {
  const known = await contacts.upsertContact({ locationId, email: 'ADA@example.com', city: 'Paris' });
  assert.equal(known.new, false);
  assert.equal(known.contact.id, contactId);
  assert.equal(known.contact.city, 'Paris');
  const fresh = await contacts.upsertContact({ locationId, email: 'grace@example.com', name: 'Grace Hopper' });
  assert.equal(fresh.new, true);
  assert.notEqual(fresh.contact.id, contactId);
});

await check('list, in pages', async () => {
  const first = await contacts.getContacts({ locationId, limit: 1 });
  assert.equal(first.count, 2);
  assert.equal(first.contacts.length, 1);
  const { startAfter, startAfterId } = first.meta;
  const second = await contacts.getContacts({ locationId, limit: 1, startAfter, startAfterId });
  const ids = [...first.contacts, ...second.contacts].map((contact) => contact.email);
  assert.deepEqual(ids.sort(), ['ADA@example.com', 'grace@example.com']);
  const found = await contacts.getContacts({ locationId, query: 'hopper' });
  assert.deepEqual(found.contacts.map((contact) => contact.contactName), ['Grace Hopper']);
});

await check('find duplicates', async () => {
  const byEmail = await contacts.getDuplicateContact({ locationId, email: 'ada@example.com' });
  assert.equal(byEmail.contact.id, contactId);
  const byNumber = await contacts.getDuplicateContact({ locationId, number: '+61412345678' });
  assert.equal(byNumber.contact.id, contactId);
  const none = await contacts.getDuplicateContact({ locationId, email: 'nobody@example.com' });
  assert.equal(none.contact, null);
});

await check('tags', async () => {
  const added = await contacts.addTags({ contactId }, { tags: ['Late', 'vip'] });
  assert.deepEqual(added.tags, ['vip', 'late']);
  assert.deepEqual(added.tagsAdded, ['late']);
  const removed = await contacts.removeTags({ contactId }, { tags: ['VIP'] });
  assert.deepEqual(removed.tags, ['late']);
  assert.deepEqual(removed.tagsRemoved, ['vip']);
  assert.deepEqual((await contacts.getContact({ contactId })).contact.tags, ['late']);
});

await check('notes', async () => {
  const { note } = await contacts.createNote({ contactId }, { body: 'Called.', userId: 'u1' });
  assert.equal(note.contactId, contactId);
  const updated = await contacts.updateNote({ contactId, id: note.id }, { body: 'Called twice.' });
  assert.equal(updated.note.body, 'Called twice.');
  const read = await contacts.getNote({ contactId, id: note.id });
  assert.equal(read.note.body, 'Called twice.');
  assert.equal(read.note.userId, 'u1');
  const other = await contacts.createNote({ contactId }, { body: 'Another.' });
  const all = await contacts.getAllNotes({ contactId });
  assert.deepEqual(all.notes.map((one) => one.body).sort(), ['Another.', 'Called twice.']);
  assert.equal((await contacts.deleteNote({ contactId, id: other.note.id })).succeded, true);
  assert.deepEqual((await contacts.getAllNotes({ contactId })).notes.map((one) => one.id), [note.id]);
});

await check('tasks', async () => {
  const dueDate = '2030-01-02T03:04:05.000Z';
  const { task } = await contacts.createTask({ contactId }, { title: 'Call', dueDate, completed: false });
  const taskId = task.id;
  assert.equal(task.contactId, contactId);
  const updated = await contacts.updateTask({ contactId, taskId }, { title: 'Call back', body: 'by noon' });
  assert.equal(updated.task.title, 'Call back');
  const done = await contacts.updateTaskCompleted({ contactId, taskId }, { completed: true });
  assert.equal(done.task.completed, true);
  const read = (await contacts.getTask({ contactId, taskId })).task;
  assert.deepEqual(
    [read.title, read.body, read.dueDate, read.completed],
    ['Call back', 'by noon', dueDate, true],
  );
  assert.deepEqual((await contacts.getAllTasks({ contactId })).tasks.map((one) => one.id), [taskId]);
  assert.equal((await contacts.deleteTask({ contactId, taskId })).succeded, true);
  assert.deepEqual((await contacts.getAllTasks({ contactId })).tasks, []);
});

await check('a duplicate is refused and names the existing contact', async () => {
  const error = await refused(contacts.createContact({ locationId, email: 'ada@example.com' }));
  assert.equal(error.statusCode, 400);
  assert.equal(error.code, 'VALIDATION');
  assert.equal(error.message, 'This location does not allow duplicated contacts.');
  assert.equal(error.response.meta.contactId, contactId);
  assert.equal(error.response.meta.matchingField, 'email');
});

await check('every wrong field is reported', async () => {
  const wrong = { locationId, email: 'no-address', country: 'Atlantis', favourite: 1 };
  const error = await refused(contacts.createContact(wrong));
  assert.equal(error.statusCode, 422);
  assert.equal(error.code, 'VALIDATION');
  for (const part of ['email', 'country', 'property favourite should not exist', ', ']) {
    assert.ok(error.message.includes(part), `${part} is not in ${error.message}`);
  }
});

await check('a wrong token opens nothing', async () => {
  const stranger = client('pit-00000000-0000-0000-0000-000000000000', 'none').contacts;
  const error = await refused(stranger.getContact({ contactId }));
  assert.equal(error.statusCode, 401);
  assert.equal(error.code, 'AUTHENTICATION');
});

await check('delete', async () => {
  const answer = await contacts.deleteContact({ contactId });
  assert.equal(answer.succeded, true);
  assert.equal(answer.succeeded, true);
  const error = await refused(contacts.getContact({ contactId }));
  assert.equal(error.statusCode, 400);
  assert.equal(error.message, `Contact not found for id:${contactId}`);
});
