import { Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type pg from 'pg';
import type { Config } from './config.js';
import { EventsController } from './events/feed/events.controller.js';
import { Readers } from './events/feed/readers.js';
import { AccountsController } from './ledger/accounts/accounts.controller.js';
import { DailyTotalsController } from './ledger/accounts/daily-totals.controller.js';
import { OpenAccountHandler } from './ledger/accounts/open-account.js';
import { SetAccountStatusHandler } from './ledger/accounts/set-status.js';
import { StatementController } from './ledger/accounts/statement.controller.js';
import { UpdateAccountHandler } from './ledger/accounts/update-account.js';
import { BulkController } from './ledger/bulk/bulk.controller.js';
import { AtomicBulkHandler, IndependentBulkHandler } from './ledger/bulk/bulk.js';
import { Problem } from './ledger/errors.js';
import { CaptureHoldHandler } from './ledger/holds/capture-hold.js';
import { CreateHoldHandler } from './ledger/holds/create-hold.js';
import { HoldsController } from './ledger/holds/holds.controller.js';
import { VoidHoldHandler } from './ledger/holds/void-hold.js';
import { Batcher } from './ledger/journal/batcher.js';
import { Journal } from './ledger/journal/journal.js';
import { notifier } from './ledger/journal/notifier.js';
import { LedgersController } from './ledger/ledgers/ledgers.controller.js';
import { PostTransactionHandler } from './ledger/transactions/post-transaction.js';
import { ReverseTransactionHandler } from './ledger/transactions/reverse.js';
import { TransactionsController } from './ledger/transactions/transactions.controller.js';
import { TransferHandler } from './ledger/transactions/transfer.js';
import { UpdateMetadataHandler } from './ledger/transactions/update-metadata.js';
import { TrialBalanceController } from './ledger/trial-balance/trial-balance.controller.js';
import { WalletHandler } from './ledger/wallet/wallet.js';
import { WalletController } from './ledger/wallet/wallet.controller.js';
import { Admission, ADMISSION } from './platform/admission/admission.js';
import type { Quotas } from './platform/admission/quotas.js';
import { HealthController, READINESS, type Readiness } from './platform/health.controller.js';
import {
  batchSize,
  commandDuration,
  MetricsController,
  queueDepth,
  retries,
  watchOldestWait,
} from './platform/metrics.js';
import { APP_POOL, READ_POOL } from './platform/postgres.js';

export interface Parts {
  config: Config;
  writes: pg.Pool;
  reads: pg.Pool;
  readiness: Readiness;
  quotas: Quotas;
}

@Module({})
export class AppModule {
  /** The API over pools that the caller made and will end. */
  static with({ config, writes, reads, readiness, quotas }: Parts): DynamicModule {
    return {
      module: AppModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        LedgersController,
        AccountsController,
        StatementController,
        DailyTotalsController,
        TransactionsController,
        HoldsController,
        TrialBalanceController,
        BulkController,
        WalletController,
        EventsController,
        HealthController,
        MetricsController,
      ],
      providers: [
        OpenAccountHandler,
        UpdateAccountHandler,
        SetAccountStatusHandler,
        PostTransactionHandler,
        TransferHandler,
        ReverseTransactionHandler,
        UpdateMetadataHandler,
        CreateHoldHandler,
        CaptureHoldHandler,
        VoidHoldHandler,
        IndependentBulkHandler,
        AtomicBulkHandler,
        WalletHandler,
        Readers,
        { provide: APP_POOL, useValue: writes },
        { provide: READ_POOL, useValue: reads },
        { provide: READINESS, useValue: readiness },
        { provide: Batcher, useFactory: () => createBatcher(config, writes) },
        {
          provide: ADMISSION,
          inject: [Batcher],
          useFactory: (load: Batcher) => new Admission({ ...config, load, quotas }),
        },
      ],
    };
  }
}

function createBatcher(config: Config, pool: pg.Pool): Batcher {
  const journal = new Journal(pool, { committed: notifier(pool), retried: () => retries.inc() });
  const batcher = new Batcher(journal, config, {
    batch: (size) => batchSize.observe(size),
    queue: (depth) => queueDepth.set(depth),
    command: (command, outcome, seconds) =>
      commandDuration.observe({ command, code: codeOf(outcome) }, seconds),
  });
  watchOldestWait(() => batcher.oldestWait());
  return batcher;
}

function codeOf(outcome: Problem | { status: number; body: string }): string {
  if (outcome instanceof Problem) return outcome.code;
  if (outcome.status < 400) return 'OK';
  return /"code":"([A-Z_]+)"/.exec(outcome.body)?.[1] ?? 'UNKNOWN';
}
