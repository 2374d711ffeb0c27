import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Problem } from '../ledger/errors.js';
import { Problems } from './openapi.js';

/** Provider token of what `/health/ready` asks: a function of type `Readiness`. */
export const READINESS = Symbol('READINESS');
export type Readiness = () => Promise<{ ok: boolean; checks: Record<string, unknown> }>;

@ApiTags('Operations')
@Controller('health')
export class HealthController {
  constructor(@Inject(READINESS) private readonly readiness: Readiness) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process running' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Can it do its work: Postgres, read-model lag' })
  @ApiOkResponse({ schema: { example: { status: 'ok', checks: { postgres: 'ok', lag_seconds: 0 } } } })
  @Problems('UNAVAILABLE')
  async ready() {
    const { ok, checks } = await this.readiness();
    if (!ok) throw new Problem('UNAVAILABLE', 'not ready', { checks }, 1);
    return { status: 'ok', checks };
  }
}
