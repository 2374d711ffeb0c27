import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { linesStatement } from '../../projections/lines/statement-source.js';
import { AccountPath, EntriesQuery } from './accounts.controller.js';
import { statementExample } from './examples.js';
import { materialized, readAccount } from './read-account.js';
import { statementCsv } from './statement.csv.js';
import { journalStatement, readStatement, type StatementPosition } from './statement.js';

const cursorForms = [parts.time, parts.time, parts.whole, parts.time, parts.whole, parts.amount];

@ApiTags('Accounts')
@Controller('v1/ledgers/:ledger/accounts/:id/statement')
export class StatementController {
  constructor(@Inject(READ_POOL) private readonly pool: pg.Pool) {}

  @Get()
  @ApiOperation({ summary: 'Statement of posted amounts by effective time, oldest first; text/csv too' })
  @ApiOkResponse({
    content: {
      'application/json': { schema: { type: 'object' }, example: statementExample },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @Problems('LEDGER_NOT_FOUND', 'ACCOUNT_NOT_FOUND')
  async statement(
    @Param() { ledger, id }: AccountPath,
    @Query() query: EntriesQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ) {
    const { limit, cursor, consistency, min_version: least = 0, from, to } = query;
    const position = cursor === undefined ? undefined : positionOf(cursor);
    const account = await readAccount(this.pool, ledger, id);
    const stale = consistency === 'eventual' ? await materialized(this.pool, ledger, id) : undefined;
    const source = stale && stale.version >= least ? await linesStatement(this.pool) : journalStatement;
    const page = await readStatement(this.pool, source, account, position ?? { from, to }, limit);
    const next = page.next && cursorOf(page.next);
    if (accept?.includes('text/csv')) {
      if (next) reply.header('next-cursor', next);
      reply.type('text/csv; charset=utf-8').send(statementCsv(account.currency, page.lines));
      return;
    }
    reply.send({
      account: account.id,
      currency: account.currency,
      from: page.from,
      to: page.to,
      opening: page.opening,
      lines: page.lines,
      closing: page.closing,
      next_cursor: next,
    });
  }
}

function cursorOf({ from, to, through, effectiveAt, version, balance }: StatementPosition): string {
  return encodeCursor('statement', [from, to, through, effectiveAt, version, balance]);
}

/** @throws InvalidCursor */
function positionOf(cursor: string): StatementPosition {
  const [from, to, through, effectiveAt, version, balance] = decodeCursor(
    'statement',
    cursor,
    cursorForms,
  ) as [string, string, string, string, string, string];
  return { from, to, through, effectiveAt, version, balance };
}
