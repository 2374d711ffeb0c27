import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import Negotiator from 'negotiator';
import type pg from 'pg';
import { decodeCursor, encodeCursor, parts } from '../../platform/cursor.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { linesStatement } from '../../projections/lines/statement-source.js';
import { AccountPath, EntriesQuery } from './accounts.controller.js';
import { statementExample } from './examples.js';
import { readAccount, readsLines } from './read-account.js';
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
    const position = positionOf({ ledger, id }, cursor);
    const account = await readAccount(this.pool, ledger, id);
    const wanted = Math.max(least, Number(position?.through ?? 0));
    const through = await readsLines(this.pool, account, consistency, wanted);
    const source = through === undefined ? journalStatement : await linesStatement(this.pool, through);
    const page = await readStatement(this.pool, source, account, position ?? { from, to }, limit);
    const next = page.next && cursorOf(account, page.next);
    reply.header('vary', 'accept');
    if (wantsCsv(accept)) {
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

const csvTypes = ['text/csv', 'text/csv;charset=utf-8'];

/** JSON unless CSV is preferred to it, by RFC 9110's quality values. */
function wantsCsv(accept: string | undefined): boolean {
  const best = new Negotiator({ headers: { accept } }).mediaType(['application/json', ...csvTypes]);
  return best !== undefined && csvTypes.includes(best);
}

const listName = ({ ledger, id }: AccountPath) => `statement ${ledger}/${id}`;

function cursorOf(
  account: AccountPath,
  { from, to, through, effectiveAt, version, balance }: StatementPosition,
): string {
  return encodeCursor(listName(account), [from, to, through, effectiveAt, version, balance]);
}

/** @throws InvalidCursor */
function positionOf(account: AccountPath, cursor: string | undefined): StatementPosition | undefined {
  const values = decodeCursor(listName(account), cursor, cursorForms);
  if (!values) return undefined;
  const [from, to, through, effectiveAt, version, balance] = values as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { from, to, through, effectiveAt, version, balance };
}
