import type { MigrationInterface, QueryRunner } from 'typeorm';
import { checkpoints } from './0001-journal.js';
import { kept } from './0004-read-model.js';
import { publishBalances } from './0005-analysts.js';

/**
 * The schema `projections` of a database that has a read model and no journal, as it is beside a journal. A later
 * migration that changes it there has its part here too.
 */
export class ReadModelOnly1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const text of [checkpoints, ...kept, publishBalances]) await runner.query(text);
  }

  async down(): Promise<void> {
    throw new Error('drop the database instead: it can be filled again from the topic');
  }
}
