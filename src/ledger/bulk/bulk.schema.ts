import { listOf, object, ref, whole, type Schema } from '../../platform/answers.js';
import { transactionExample } from '../transactions/transaction.example.js';

/** A command's own answer: an account, a transaction or the problem document of its refusal. */
export const bulkSchemas: Record<string, Schema> = {
  BulkResult: object(
    {
      status: { ...whole(200), description: 'What the command’s own endpoint would have answered with.' },
      body: { anyOf: [ref('Account'), ref('Transaction'), ref('Problem')] },
    },
    { example: { status: 201, body: transactionExample } },
  ),
  BulkResults: object(
    { results: listOf(ref('BulkResult')) },
    {
      description: 'One result a command, in the order of the commands.',
      example: { results: [{ status: 201, body: transactionExample }] },
    },
  ),
};
