import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import {
  Cursor,
  Id,
  MetadataFilter,
  OneOf,
  PageLimit,
  Reference,
  Time,
  Uuid,
} from '../../platform/fields.js';
import { sendAnswer } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { Records } from '../../platform/http/records.js';
import { freshnessHeader, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { sendFreshness } from '../../projections/freshness.header.js';
import { listTransactions, transactionsPosition } from '../../projections/transactions/queries.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { PostTransaction, PostTransactionBody } from './post-transaction.js';
import { readTransaction, readTransactions } from './read-transactions.js';
import { transactionExample } from './transaction.example.js';
import { transactionView } from './transaction.view.js';
import { Transfer, TransferBody } from './transfer.js';

class TransactionPath extends LedgerPath {
  @Uuid() id: string;
}

const kinds = ['posting', 'hold', 'capture', 'void', 'expiry', 'reversal'];
const statuses = ['posted', 'pending', 'partially_captured', 'captured', 'voided', 'expired'];

class ListTransactionsQuery {
  @Reference({ optional: true }) reference?: string;
  @Id({ optional: true }) account?: string;
  @OneOf(kinds, { optional: true }) kind?: string;
  @OneOf(statuses, { optional: true }) status?: string;
  @MetadataFilter() metadata?: Record<string, string>;
  @Time({ optional: true, description: 'Recorded from (included).' }) from?: string;
  @Time({ optional: true, description: 'Recorded until (not included).' }) to?: string;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

const one = { schema: { type: 'object', example: transactionExample } } as const;
const postingProblems = [
  'LEDGER_NOT_FOUND',
  'ALREADY_EXISTS',
  'REFERENCE_ALREADY_USED',
  'UNKNOWN_ACCOUNT',
  'CURRENCY_MISMATCH',
  'ACCOUNT_CLOSED',
  'ACCOUNT_FROZEN',
  'INSUFFICIENT_FUNDS',
  'LIMIT_EXCEEDED',
  'AMOUNT_OVERFLOW',
] as const;

@ApiTags('Transactions')
@Controller('v1/ledgers/:ledger')
export class TransactionsController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Post('transactions')
  @Records()
  @ApiOperation({ summary: 'Post a transaction of debit and credit entries' })
  @ApiCreatedResponse(one)
  @Problems(...postingProblems, 'UNBALANCED')
  async post(
    @Param() { ledger }: LedgerPath,
    @Body() body: PostTransactionBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new PostTransaction(ledger, body, context)));
  }

  @Post('transfers')
  @Records()
  @ApiOperation({ summary: 'Transfer: debit one account, credit another' })
  @ApiCreatedResponse(one)
  @Problems(...postingProblems)
  async transfer(
    @Param() { ledger }: LedgerPath,
    @Body() body: TransferBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new Transfer(ledger, body, context)));
  }

  @Get('transactions')
  @ApiOperation({ summary: 'Find transactions, newest first, from the read model' })
  @ApiOkResponse({
    schema: { type: 'object', example: { data: [transactionExample], next_cursor: null } },
    headers: freshnessHeader,
  })
  @Problems('LEDGER_NOT_FOUND')
  async list(
    @Param() { ledger }: LedgerPath,
    @Query() query: ListTransactionsQuery,
    @Res() reply: FastifyReply,
  ) {
    const { limit, cursor, ...filters } = query;
    const before = transactionsPosition(ledger, filters, cursor);
    await requireLedger(this.pool, ledger);
    await sendFreshness(this.pool, reply);
    const { rows, next_cursor } = await listTransactions(this.pool, ledger, filters, limit, before);
    const transactions = await readTransactions(
      this.pool,
      rows.map(({ sequence }) => sequence),
    );
    reply.send({ data: transactions.map(transactionView), next_cursor });
  }

  @Get('transactions/:id')
  @ApiOperation({ summary: 'Read a transaction' })
  @ApiOkResponse(one)
  @Problems('LEDGER_NOT_FOUND', 'TRANSACTION_NOT_FOUND')
  async read(@Param() { ledger, id }: TransactionPath) {
    return transactionView(await readTransaction(this.pool, ledger, id));
  }
}
