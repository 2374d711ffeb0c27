import { Body, Controller, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type pg from 'pg';
import { Ctx, type RequestContext } from '../../platform/http/context.js';
import { Records } from '../../platform/http/records.js';
import { Problems } from '../../platform/openapi.js';
import { READ_POOL } from '../../platform/postgres.js';
import { LedgerPath } from '../accounts/accounts.controller.js';
import { requireLedger } from '../accounts/read-account.js';
import type { Outcome } from '../journal/request.js';
import { Bulk, BulkBody, refuseTooManyEntries } from './bulk.js';

@ApiTags('Bulk')
@Controller('v1/ledgers/:ledger/bulk')
export class BulkController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_POOL) private readonly pool: pg.Pool,
  ) {}

  @Post()
  @Records({ items: 'commands' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Many commands in order, each with its own result' })
  @ApiOkResponse({ schema: { type: 'object', example: { results: [{ status: 201, body: {} }] } } })
  @Problems('LEDGER_NOT_FOUND')
  async run(
    @Param() { ledger }: LedgerPath,
    @Body() body: BulkBody,
    @Ctx() context: RequestContext,
    @Res() reply: FastifyReply,
  ) {
    refuseTooManyEntries(body.commands);
    await requireLedger(this.pool, ledger);
    const outcomes: Outcome[] = await this.commands.execute(new Bulk(ledger, body, context));
    if (outcomes.every(({ replayed }) => replayed)) reply.header('idempotent-replayed', 'true');
    // The bodies are the stored bytes.
    const results = outcomes.map(({ status, body }) => `{"status":${status},"body":${body}}`);
    reply.type('application/json; charset=utf-8').send(`{"results":[${results.join(',')}]}`);
  }
}
