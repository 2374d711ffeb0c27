import { Body, Controller, Get, Headers, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { ref } from '../../platform/answers.js';
import {
  Cursor,
  Id,
  MetadataFilter,
  OneOf,
  PageLimit,
  Reference,
  Time,
  Uuid,
  Whole,
} from '../../platform/fields.js';
import { sendAnswer, sendJson } from '../../platform/http/answer.js';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { ifMatchSchema } from '../../platform/http/etag.js';
import { Records } from '../../platform/http/records.js';
import { etagHeader, freshnessHeader, Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { sendFreshness } from '../../projections/freshness.header.js';
import { listTransactions, transactionsPosition } from '../../projections/transactions/queries.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import { holdStatuses, transactionKinds } from '../rules/record.js';
import { DryRunQuery } from './details.js';
import { PostTransaction, PostTransactionBody } from './post-transaction.js';
import { readTransaction, readTransactions } from './read-transactions.js';
import { ReverseBody, ReverseTransaction } from './reverse.js';
import { transactionJson, transactionsJson } from './transaction.view.js';
import { Transfer, TransferBody } from './transfer.js';
import { UpdateMetadata, UpdateMetadataBody } from './update-metadata.js';

export class TransactionPath extends LedgerPath {
  @Uuid() id: string;
}

class ReadTransactionQuery {
  @Whole(1, 2_147_483_647, {
    optional: true,
    description: 'An earlier revision of the metadata; 1 is that of the recording.',
    example: 1,
  })
  metadata_revision?: number;
}

class ListTransactionsQuery {
  @Reference({ optional: true }) reference?: string;
  @Id({ optional: true }) account?: string;
  @OneOf(transactionKinds, { optional: true }) kind?: string;
  @OneOf(['posted', ...holdStatuses], { optional: true }) status?: string;
  @MetadataFilter() metadata?: Record<string, string>;
  @Time({ optional: true, description: 'Recorded from (included).' }) from?: string;
  @Time({ optional: true, description: 'Recorded until (not included).' }) to?: string;
  @PageLimit() limit = 50;
  @Cursor() cursor?: string;
}

const one = { schema: ref('Transaction') } as const;
const dry = { ...one, description: 'Of a dry run: what would be recorded.' };
export const postingProblems = [
  'LEDGER_NOT_FOUND',
  'ALREADY_EXISTS',
  'REFERENCE_ALREADY_USED',
  'UNKNOWN_ACCOUNT',
  'CURRENCY_MISMATCH',
  'ACCOUNT_CLOSED',
  'ACCOUNT_FROZEN',
  'UNBALANCED',
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
  @ApiOkResponse(dry)
  @Problems(...postingProblems, 'CONDITION_FAILED')
  async post(
    @Param() { ledger }: LedgerPath,
    @Body() body: PostTransactionBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new PostTransaction(ledger, body, context, dry_run)));
  }

  @Post('transfers')
  @Records()
  @ApiOperation({ summary: 'Transfer: debit one account, credit another or several' })
  @ApiCreatedResponse(one)
  @ApiOkResponse(dry)
  @Problems(...postingProblems)
  async transfer(
    @Param() { ledger }: LedgerPath,
    @Body() body: TransferBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(reply, await this.commands.execute(new Transfer(ledger, body, context, dry_run)));
  }

  @Post('transactions/:id/reverse')
  @Records()
  @ApiOperation({ summary: 'Reverse a posting or capture, all or a part: mirror entries' })
  @ApiCreatedResponse(one)
  @ApiOkResponse(dry)
  @Problems(
    'LEDGER_NOT_FOUND',
    'TRANSACTION_NOT_FOUND',
    'REFERENCE_ALREADY_USED',
    'ACCOUNT_CLOSED',
    'ACCOUNT_FROZEN',
    'NOT_REVERSIBLE',
    'AMOUNT_NOT_APPLICABLE',
    'REVERSAL_EXCEEDS_ORIGINAL',
    'INSUFFICIENT_FUNDS',
    'LIMIT_EXCEEDED',
    'AMOUNT_OVERFLOW',
  )
  async reverse(
    @Param() { ledger, id }: TransactionPath,
    @Body() body: ReverseBody,
    @Query() { dry_run }: DryRunQuery,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    sendAnswer(
      reply,
      await this.commands.execute(new ReverseTransaction(ledger, id, body, context, dry_run)),
    );
  }

  @Patch('transactions/:id')
  @ApiOperation({ summary: 'Change the metadata (JSON merge patch): appends a revision; honours If-Match' })
  @ApiOkResponse({ ...one, headers: etagHeader })
  @ApiHeader({
    name: 'If-Match',
    required: false,
    description:
      'The ETag that was read, or several: the metadata is changed only while it is at that revision.',
    schema: ifMatchSchema,
  })
  @Problems('LEDGER_NOT_FOUND', 'TRANSACTION_NOT_FOUND', 'REVISION_MISMATCH')
  async update(
    @Param() { ledger, id }: TransactionPath,
    @Body() body: UpdateMetadataBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    const outcome = await this.commands.execute(new UpdateMetadata(ledger, id, body, ifMatch, context));
    if (outcome.revision !== undefined) reply.header('etag', `"${outcome.revision}"`);
    sendAnswer(reply, outcome);
  }

  @Get('transactions')
  @ApiOperation({ summary: 'Find transactions, newest first, from the read model' })
  @ApiOkResponse({
    schema: ref('TransactionPage'),
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
    sendJson(reply, transactionsJson(transactions, next_cursor));
  }

  @Get('transactions/:id')
  @ApiOperation({ summary: 'Read a transaction; a hold’s state and the metadata are those of now' })
  @ApiOkResponse({ ...one, headers: etagHeader })
  @Problems('LEDGER_NOT_FOUND', 'TRANSACTION_NOT_FOUND')
  async read(
    @Param() { ledger, id }: TransactionPath,
    @Query() { metadata_revision: revision }: ReadTransactionQuery,
    @Res() reply: FastifyReply,
  ) {
    const chain = await readTransaction(this.pool, ledger, id, revision);
    sendJson(reply.header('etag', `"${chain.revision}"`), transactionJson(chain));
  }
}
