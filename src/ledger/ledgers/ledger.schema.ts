import { id, metadata, nullable, object, pageOf, text, time, type Schema } from '../../platform/answers.js';

const example = {
  id: 'main',
  description: 'The ledger that is there from the start',
  metadata: {},
  created_at: '2026-11-21T10:00:00.000000Z',
};

export const ledgerSchemas: Record<string, Schema> = {
  Ledger: object({ id, description: nullable(text), metadata, created_at: time }, { example }),
  LedgerPage: pageOf('Ledger', example),
};
