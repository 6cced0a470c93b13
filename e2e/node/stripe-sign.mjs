// Signs bodies with Stripe's own package: reads a list of {payload, secret, timestamp} and prints the list of
// the headers.

import { text } from 'node:stream/consumers';
import Stripe from 'stripe';

const { webhooks } = new Stripe('sk_test_nothing');
const bodies = JSON.parse(await text(process.stdin));
console.log(JSON.stringify(bodies.map((body) => webhooks.generateTestHeaderString(body))));
