import { query } from './stack.js';

/** How many rows the journal has of everything that a command may record, a stored answer included. */
export async function countRecords(databaseUrl: string) {
  const tables = ['ledgers', 'transactions', 'entries', 'accounts', 'account_changes', 'annotations'];
  const counts = [...tables, 'command_results', 'outbox'].map(
    (t) => `(select count(*) from journal.${t}) as ${t}`,
  );
  return (await query(databaseUrl, `select ${counts.join(', ')}`))[0];
}
