// Generated from openapi.json by generate.mjs: not to be edited.

export interface paths {
    "/v1/ledgers/{ledger}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a ledger */
        get: operations["Ledgers.read"];
        /** Make a ledger, or replace its description and metadata */
        put: operations["Ledgers.put"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List ledgers, newest first */
        get: operations["Ledgers.list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List accounts, newest first, from the read model */
        get: operations["Accounts.list"];
        put?: never;
        /** Open an account */
        post: operations["Accounts.open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read an account and its balances, now or at a point in time
         * @description With `at`, `balances` are those of the entries effective by then, back-dated ones included; with `recorded_at`, of those recorded by then; with both, what was known at `recorded_at` of the time `at`. They come from the journal, whatever `consistency` says. `version` is that at `recorded_at`; with `at`, the last up to which no entry was effective later. Everything else, the ETag too, is of the account as it is now.
         */
        get: operations["Accounts.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change metadata (JSON merge patch) and limits; honours If-Match */
        patch: operations["Accounts.update"];
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/freeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Freeze: no postings, holds or reversals */
        post: operations["Accounts.freeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/unfreeze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Unfreeze */
        post: operations["Accounts.unfreeze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Close, for good: only at zero and without open holds */
        post: operations["Accounts.close"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Entries of an account by recorded time, newest first */
        get: operations["Accounts.entries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/statement": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Statement of posted amounts by effective time, oldest first: JSON, CSV, or a page to print
         * @description CSV and HTML without `limit` and `cursor` are the whole range, streamed; an answer that breaks off is not complete. The first row is the opening balance, the last one the closing balance.
         */
        get: operations["Statement.statement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/accounts/{id}/daily-totals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was posted on each effective day (UTC), oldest first, with the balance before and after
         * @description From the read model. Days without posted entries are left out.
         */
        get: operations["DailyTotals.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/transactions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find transactions, newest first, from the read model */
        get: operations["Transactions.list"];
        put?: never;
        /** Post a transaction of debit and credit entries */
        post: operations["Transactions.post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/transfers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Transfer: debit one account, credit another or several */
        post: operations["Transactions.transfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/transactions/{id}/reverse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reverse a posting or capture, all or a part: mirror entries */
        post: operations["Transactions.reverse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/transactions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a transaction; a hold’s state and the metadata are those of now */
        get: operations["Transactions.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the metadata (JSON merge patch): appends a revision; honours If-Match */
        patch: operations["Transactions.update"];
        trace?: never;
    };
    "/v1/ledgers/{ledger}/holds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List holds, newest first, from the read model */
        get: operations["Holds.list"];
        put?: never;
        /** Reserve an amount, to be captured or voided later */
        post: operations["Holds.create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/holds/{id}/capture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Capture a hold, all or a part: posts what was reserved */
        post: operations["Holds.capture"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/holds/{id}/void": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Void a hold: releases what remains of it */
        post: operations["Holds.void"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/trial-balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trial balance: posted debits and credits by currency and type of account
         * @description From the read model: everything recorded before `as_of` is in it, whole transactions only, so that debits equal credits in each currency. `balance` is signed to the type’s normal side; a type without posted entries is not listed. With `at`, of what was effective by then; with `recorded_at`, of what was recorded by then, and 503 while the read model doesn’t have all of that; with both, what was known at `recorded_at` of the time `at`.
         */
        get: operations["TrialBalance.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Many commands in order: each for itself, or all or nothing
         * @description As `application/x-ndjson`: a command a line (of up to 1 MiB), any number of them, each for itself, answered line by line in the same order while they are read: whoever sends must read meanwhile, or is held back. Blank lines are passed over and not counted. A command without a key of its own is kept under the outer key and its number, from 0, as in JSON. A stream that breaks off (its last line may be a 503) is repeated under the same key: it goes on where it stopped.
         */
        post: operations["Bulk.take"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wallet/debit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take from a wallet */
        post: operations["Wallet.debit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wallet/credit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add to a wallet */
        post: operations["Wallet.credit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wallet/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reserve an amount of a wallet */
        post: operations["Wallet.hold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wallet/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take what a hold reserved, all or a part; the rest is released */
        post: operations["Wallet.commit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/wallet/rollback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Release what a hold reserved */
        post: operations["Wallet.rollback"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ledgers/{ledger}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events in order, without Kafka: as JSON lines, or live as server-sent events
         * @description A reader that keeps the cursor of the last event it dealt with misses none and gets none twice, whatever commits late and however long it was away; after a restore or a failover the last few may come again, with the same `event_id`. Events of one root transaction are in order. An answer without a line has the header `Next-Cursor`, from which the next request finds its place sooner.
         */
        get: operations["Events.read"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Is the process running */
        get: operations["Health.live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Can it do its work: Postgres, read-model lag, with Kafka the replication slot */
        get: operations["Health.ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metrics for Prometheus */
        get: operations["Metrics.metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        PutLedgerBody: {
            /** @example Books of the European branch */
            description?: string | null;
            /**
             * @example {
             *       "tier": "gold"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        OpenAccountBody: {
            /**
             * @description Unique in the ledger, for ever.
             * @example alice
             */
            id: string;
            /**
             * @description Assets and expenses are debit-normal, the others credit-normal.
             * @example liability
             * @enum {string}
             */
            type: "asset" | "liability" | "equity" | "revenue" | "expense";
            /** @example USD */
            currency: string;
            /**
             * @description Least available balance; default "0", null is unbounded.
             * @example 0
             */
            min_balance?: string | number | null;
            /**
             * @description Greatest posted balance with incoming holds; null (the default) is unbounded.
             * @example null
             */
            max_balance?: string | number | null;
            /**
             * @example {
             *       "tier": "gold"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        UpdateAccountBody: {
            /**
             * @description A JSON merge patch: a null member is removed.
             * @example {
             *       "tier": "gold"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /** @example -50000 */
            min_balance?: string | number | null;
            /** @example 1000000 */
            max_balance?: string | number | null;
        };
        ConditionBody: {
            /**
             * @description The number of entries the account has.
             * @example 4
             */
            version?: number | null;
            /**
             * @description Bounds of the posted balance.
             * @example {
             *       "gte": "100"
             *     }
             */
            posted?: {
                lt?: string | number | null;
                lte?: string | number | null;
                gt?: string | number | null;
                gte?: string | number | null;
                eq?: string | number | null;
            } | null;
            /**
             * @description Bounds of the available balance.
             * @example {
             *       "gte": "100"
             *     }
             */
            available?: {
                lt?: string | number | null;
                lte?: string | number | null;
                gt?: string | number | null;
                gte?: string | number | null;
                eq?: string | number | null;
            } | null;
        };
        EntryBody: {
            /** @example cash */
            account: string;
            /**
             * @example debit
             * @enum {string}
             */
            side: "debit" | "credit";
            /** @example 1000 */
            amount: string | number;
            /**
             * @description If given, it must be the account’s.
             * @example USD
             */
            currency?: string | null;
            /**
             * @description What must hold of the account before the command, else `CONDITION_FAILED`.
             * @example {
             *       "available": {
             *         "gte": "100"
             *       }
             *     }
             */
            if?: components["schemas"]["ConditionBody"] | null;
        };
        PostTransactionBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description Chosen by the caller; else made by the service.
             * @example 01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21
             */
            id?: string | null;
            /**
             * @description Debits equal credits in each currency.
             * @example [
             *       {
             *         "account": "cash",
             *         "side": "debit",
             *         "amount": "1000"
             *       },
             *       {
             *         "account": "alice",
             *         "side": "credit",
             *         "amount": "1000"
             *       }
             *     ]
             */
            entries: components["schemas"]["EntryBody"][];
        };
        PartBody: {
            /**
             * @description Is credited.
             * @example fee
             */
            account: string;
            /** @example 30 */
            amount?: string | number | null;
            /**
             * @description Of what the fixed amounts leave.
             * @example 70%
             */
            share?: string | null;
        };
        TransferBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description Chosen by the caller; else made by the service.
             * @example 01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21
             */
            id?: string | null;
            /**
             * @description Is debited.
             * @example alice
             */
            from: string;
            /**
             * @description Is credited; or a list of those between whom the amount is split, to the unit: fixed amounts first, then shares of what is left by largest remainder, at most one "remaining".
             * @example bob
             */
            to: string | components["schemas"]["PartBody"][];
            /** @example 250 */
            amount?: string | number | null;
            /**
             * @description Instead of `amount`: as much as `from` has available, at most this.
             * @example 500
             */
            up_to?: string | number | null;
        };
        ReverseBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description A part, where the original has two entries; default: all that is left.
             * @example 100
             */
            amount?: string | number | null;
            /**
             * @description Becomes the description.
             * @example duplicate
             */
            reason?: string | null;
        };
        UpdateMetadataBody: {
            /**
             * @description A JSON merge patch: a null member is removed.
             * @example {
             *       "tier": "gold"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        CreateHoldBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: uuid
             * @description Chosen by the caller; else made by the service.
             * @example 01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21
             */
            id?: string | null;
            /**
             * @description Is debited when it is captured.
             * @example alice
             */
            from?: string | null;
            /**
             * @description Is credited when it is captured.
             * @example bob
             */
            to?: string | null;
            /**
             * @description What is reserved.
             * @example 500
             */
            amount?: string | number | null;
            /**
             * @description Debits equal credits in each currency.
             * @example [
             *       {
             *         "account": "cash",
             *         "side": "debit",
             *         "amount": "1000"
             *       },
             *       {
             *         "account": "alice",
             *         "side": "credit",
             *         "amount": "1000"
             *       }
             *     ]
             */
            entries?: components["schemas"]["EntryBody"][] | null;
            /**
             * Format: date-time
             * @description What remains then is released by itself; default: never.
             * @example 2199-12-31T00:00:00Z
             */
            expires_at?: string | null;
            /**
             * @description Instead of `expires_at`: in so many seconds.
             * @example 3600
             */
            expires_in?: number | null;
        };
        CaptureHoldBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
            /**
             * @description Default: all that remains.
             * @example 300
             */
            amount?: string | number | null;
            /**
             * @description Keeps what is not captured reserved, instead of releasing it.
             * @example true
             */
            keep_open?: boolean | null;
        };
        VoidHoldBody: {
            /**
             * @description Unique in the ledger for ever: guards beyond the key.
             * @example order-1
             */
            reference?: string | null;
            /** @example top-up */
            description?: string | null;
            /**
             * Format: date-time
             * @description When it counts; default: when it is recorded.
             * @example 2026-11-20T00:00:00.000000Z
             */
            effective_at?: string | null;
            /**
             * @example {
             *       "order": "order-1"
             *     }
             */
            metadata?: {
                [key: string]: unknown;
            } | null;
        };
        BulkBody: {
            /**
             * @description independent: each command stands for itself. atomic: all take effect, or none.
             * @example independent
             * @enum {string}
             */
            mode: "independent" | "atomic";
            /**
             * @description Up to 10000 commands and 40000 entries, each with the fields of its own endpoint.
             * @example [
             *       {
             *         "command": "transfer",
             *         "from": "alice",
             *         "to": "bob",
             *         "amount": "250"
             *       }
             *     ]
             */
            commands: ({
                /** @enum {string} */
                command: "open_account" | "transaction" | "transfer" | "hold" | "capture" | "void" | "reverse";
                idempotency_key?: string;
            } & {
                [key: string]: unknown;
            })[];
        };
        MoneyBody: {
            /** @example 1250 */
            minor_units: string | number;
            /** @example USD */
            currency: string;
        };
        WalletMoveBody: {
            /**
             * @description A liability account of the ledger main.
             * @example acc_1
             */
            account_id: string;
            /**
             * @example {
             *       "minor_units": 1250,
             *       "currency": "USD"
             *     }
             */
            amount: components["schemas"]["MoneyBody"];
            /**
             * @description Becomes the description.
             * @example purchase
             */
            reason?: string | null;
            /**
             * @description Unique for ever among those of the same operation.
             * @example ord_1
             */
            reference_id: string;
        };
        WalletCommitBody: {
            /**
             * Format: uuid
             * @description As `/hold` answered it.
             * @example 01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21
             */
            hold_id: string;
            /**
             * @description A part; the rest is released. Default: all of it.
             * @example {
             *       "minor_units": 1250,
             *       "currency": "USD"
             *     }
             */
            amount?: components["schemas"]["MoneyBody"] | null;
        };
        WalletRollbackBody: {
            /**
             * Format: uuid
             * @description As `/hold` answered it.
             * @example 01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21
             */
            hold_id: string;
        };
        /**
         * @example {
         *       "id": "main",
         *       "description": "The ledger that is there from the start",
         *       "metadata": {},
         *       "created_at": "2026-11-21T10:00:00.000000Z"
         *     }
         */
        Ledger: {
            id: string;
            description: string | null;
            metadata: {
                [key: string]: unknown;
            };
            /** Format: date-time */
            created_at: string;
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "id": "main",
         *           "description": "The ledger that is there from the start",
         *           "metadata": {},
         *           "created_at": "2026-11-21T10:00:00.000000Z"
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        LedgerPage: {
            data: components["schemas"]["Ledger"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @description `balance` and `available` are signed to the normal side.
         * @example {
         *       "posted": {
         *         "debits": "0",
         *         "credits": "1000",
         *         "balance": "1000"
         *       },
         *       "pending": {
         *         "debits": "0",
         *         "credits": "0"
         *       },
         *       "available": "1000"
         *     }
         */
        Balances: {
            posted: {
                debits: string;
                credits: string;
                balance: string;
            };
            pending: {
                debits: string;
                credits: string;
            };
            /** @description The posted balance less what holds have promised away. */
            available: string;
        };
        /**
         * @example {
         *       "id": "alice",
         *       "ledger": "main",
         *       "type": "liability",
         *       "normal_side": "credit",
         *       "currency": "USD",
         *       "status": "open",
         *       "min_balance": "0",
         *       "max_balance": null,
         *       "metadata": {
         *         "tier": "gold"
         *       },
         *       "version": 1,
         *       "revision": 1,
         *       "balances": {
         *         "posted": {
         *           "debits": "0",
         *           "credits": "1000",
         *           "balance": "1000"
         *         },
         *         "pending": {
         *           "debits": "0",
         *           "credits": "0"
         *         },
         *         "available": "1000"
         *       },
         *       "opened_at": "2026-11-21T10:00:00.000000Z"
         *     }
         */
        Account: {
            id: string;
            ledger: string;
            /** @enum {string} */
            type: "asset" | "liability" | "equity" | "revenue" | "expense";
            /** @enum {string} */
            normal_side: "debit" | "credit";
            currency: string;
            /** @enum {string} */
            status: "open" | "frozen" | "closed";
            /** @description null: unbounded. */
            min_balance: string | null;
            /** @description null: unbounded. */
            max_balance: string | null;
            metadata: {
                [key: string]: unknown;
            };
            /** @description How many entries it has. */
            version: number;
            /** @description Counts changes of the account itself; the ETag. */
            revision: number;
            balances: components["schemas"]["Balances"];
            /** Format: date-time */
            opened_at: string;
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "id": "alice",
         *           "ledger": "main",
         *           "type": "liability",
         *           "normal_side": "credit",
         *           "currency": "USD",
         *           "status": "open",
         *           "min_balance": "0",
         *           "max_balance": null,
         *           "metadata": {
         *             "tier": "gold"
         *           },
         *           "version": 1,
         *           "revision": 1,
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "1000",
         *               "balance": "1000"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "1000"
         *           },
         *           "opened_at": "2026-11-21T10:00:00.000000Z"
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        AccountPage: {
            data: components["schemas"]["Account"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @description An entry as its account sees it, with the balances after it.
         * @example {
         *       "account": "alice",
         *       "version": 1,
         *       "transaction_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *       "kind": "posting",
         *       "leg": 2,
         *       "side": "credit",
         *       "posted": "1000",
         *       "pending": "0",
         *       "balances": {
         *         "posted": {
         *           "debits": "0",
         *           "credits": "1000",
         *           "balance": "1000"
         *         },
         *         "pending": {
         *           "debits": "0",
         *           "credits": "0"
         *         },
         *         "available": "1000"
         *       },
         *       "effective_at": "2026-11-20T00:00:00.000000Z",
         *       "recorded_at": "2026-11-21T10:00:00.000000Z"
         *     }
         */
        AccountEntry: {
            account: string;
            version: number;
            /** Format: uuid */
            transaction_id: string;
            /** @enum {string} */
            kind: "posting" | "hold" | "capture" | "void" | "expiry" | "reversal";
            /** @description Its place in the transaction. */
            leg: number;
            /** @enum {string} */
            side: "debit" | "credit";
            posted: string;
            /** @description Negative where a hold is captured or released. */
            pending: string;
            balances: components["schemas"]["Balances"];
            /** Format: date-time */
            effective_at: string;
            /** Format: date-time */
            recorded_at: string;
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "account": "alice",
         *           "version": 1,
         *           "transaction_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *           "kind": "posting",
         *           "leg": 2,
         *           "side": "credit",
         *           "posted": "1000",
         *           "pending": "0",
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "1000",
         *               "balance": "1000"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "1000"
         *           },
         *           "effective_at": "2026-11-20T00:00:00.000000Z",
         *           "recorded_at": "2026-11-21T10:00:00.000000Z"
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        AccountEntryPage: {
            data: components["schemas"]["AccountEntry"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "version": 1,
         *       "transaction_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *       "kind": "posting",
         *       "side": "credit",
         *       "amount": "1000",
         *       "reference": "order-1",
         *       "description": "top-up",
         *       "effective_at": "2026-11-20T00:00:00.000000Z",
         *       "recorded_at": "2026-11-21T10:00:00.000000Z",
         *       "balance": "1000"
         *     }
         */
        StatementLine: {
            version: number;
            /** Format: uuid */
            transaction_id: string;
            /** @enum {string} */
            kind: "posting" | "hold" | "capture" | "void" | "expiry" | "reversal";
            /** @enum {string} */
            side: "debit" | "credit";
            amount: string;
            reference: string | null;
            description: string | null;
            /** Format: date-time */
            effective_at: string;
            /** Format: date-time */
            recorded_at: string;
            /** @description After this line, by effective time. */
            balance: string;
        };
        /**
         * @example {
         *       "day": "2026-11-20",
         *       "opening": "0",
         *       "debits": "250",
         *       "credits": "1000",
         *       "closing": "750",
         *       "entries": 2
         *     }
         */
        DailyTotals: {
            /** Format: date */
            day: string;
            opening: string;
            debits: string;
            credits: string;
            /** @description Posted, signed to the normal side, as is the opening. */
            closing: string;
            entries: number;
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "day": "2026-11-20",
         *           "opening": "0",
         *           "debits": "250",
         *           "credits": "1000",
         *           "closing": "750",
         *           "entries": 2
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        DailyTotalsPage: {
            data: components["schemas"]["DailyTotals"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @description `opening` and `closing` are those of the whole range, on each of its pages.
         * @example {
         *       "account": "alice",
         *       "currency": "USD",
         *       "from": "2026-11-20T00:00:00.000000Z",
         *       "to": "2026-11-22T00:00:00.000000Z",
         *       "opening": "0",
         *       "lines": [
         *         {
         *           "version": 1,
         *           "transaction_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *           "kind": "posting",
         *           "side": "credit",
         *           "amount": "1000",
         *           "reference": "order-1",
         *           "description": "top-up",
         *           "effective_at": "2026-11-20T00:00:00.000000Z",
         *           "recorded_at": "2026-11-21T10:00:00.000000Z",
         *           "balance": "1000"
         *         }
         *       ],
         *       "closing": "1000",
         *       "next_cursor": null
         *     }
         */
        Statement: {
            account: string;
            currency: string;
            /** Format: date-time */
            from: string;
            /** Format: date-time */
            to: string;
            opening: string;
            lines: components["schemas"]["StatementLine"][];
            closing: string;
            next_cursor: string | null;
        };
        /**
         * @example {
         *       "account": "cash",
         *       "side": "debit",
         *       "amount": "1000",
         *       "currency": "USD",
         *       "version": 1,
         *       "balances": {
         *         "posted": {
         *           "debits": "1000",
         *           "credits": "0",
         *           "balance": "1000"
         *         },
         *         "pending": {
         *           "debits": "0",
         *           "credits": "0"
         *         },
         *         "available": "1000"
         *       }
         *     }
         */
        Entry: {
            account: string;
            /** @enum {string} */
            side: "debit" | "credit";
            amount: string;
            currency: string;
            /** @description The account’s, with this entry. */
            version: number;
            balances: components["schemas"]["Balances"];
        };
        /**
         * @description What became of a hold’s amount.
         * @example {
         *       "amount": "500",
         *       "captured": "0",
         *       "released": "0",
         *       "remaining": "500",
         *       "expires_at": "2026-11-28T10:00:00.000000Z"
         *     }
         */
        HoldState: {
            amount: string;
            captured: string;
            released: string;
            remaining: string;
            /**
             * Format: date-time
             * @description null: it does not expire.
             */
            expires_at: string | null;
        };
        /**
         * @example {
         *       "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *       "ledger": "main",
         *       "kind": "posting",
         *       "status": "posted",
         *       "reference": "order-1",
         *       "description": "top-up",
         *       "effective_at": "2026-11-20T00:00:00.000000Z",
         *       "recorded_at": "2026-11-21T10:00:00.000000Z",
         *       "metadata": {
         *         "order": "order-1"
         *       },
         *       "parent_id": null,
         *       "entries": [
         *         {
         *           "account": "cash",
         *           "side": "debit",
         *           "amount": "1000",
         *           "currency": "USD",
         *           "version": 1,
         *           "balances": {
         *             "posted": {
         *               "debits": "1000",
         *               "credits": "0",
         *               "balance": "1000"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "1000"
         *           }
         *         },
         *         {
         *           "account": "alice",
         *           "side": "credit",
         *           "amount": "1000",
         *           "currency": "USD",
         *           "version": 1,
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "1000",
         *               "balance": "1000"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "1000"
         *           }
         *         }
         *       ]
         *     }
         */
        Transaction: {
            /** Format: uuid */
            id: string;
            ledger: string;
            /** @enum {string} */
            kind: "posting" | "hold" | "capture" | "void" | "expiry" | "reversal";
            /** @enum {string} */
            status: "posted" | "pending" | "partially_captured" | "captured" | "voided" | "expired";
            reference: string | null;
            description: string | null;
            /** Format: date-time */
            effective_at: string;
            /** Format: date-time */
            recorded_at: string;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The hold of a capture, void or expiry, the original of a reversal.
             */
            parent_id: string | null;
            /** @description Only of holds, captures, voids and expiries. */
            hold?: components["schemas"]["HoldState"];
            entries: components["schemas"]["Entry"][];
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *           "ledger": "main",
         *           "kind": "posting",
         *           "status": "posted",
         *           "reference": "order-1",
         *           "description": "top-up",
         *           "effective_at": "2026-11-20T00:00:00.000000Z",
         *           "recorded_at": "2026-11-21T10:00:00.000000Z",
         *           "metadata": {
         *             "order": "order-1"
         *           },
         *           "parent_id": null,
         *           "entries": [
         *             {
         *               "account": "cash",
         *               "side": "debit",
         *               "amount": "1000",
         *               "currency": "USD",
         *               "version": 1,
         *               "balances": {
         *                 "posted": {
         *                   "debits": "1000",
         *                   "credits": "0",
         *                   "balance": "1000"
         *                 },
         *                 "pending": {
         *                   "debits": "0",
         *                   "credits": "0"
         *                 },
         *                 "available": "1000"
         *               }
         *             },
         *             {
         *               "account": "alice",
         *               "side": "credit",
         *               "amount": "1000",
         *               "currency": "USD",
         *               "version": 1,
         *               "balances": {
         *                 "posted": {
         *                   "debits": "0",
         *                   "credits": "1000",
         *                   "balance": "1000"
         *                 },
         *                 "pending": {
         *                   "debits": "0",
         *                   "credits": "0"
         *                 },
         *                 "available": "1000"
         *               }
         *             }
         *           ]
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        TransactionPage: {
            data: components["schemas"]["Transaction"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @description A transaction that reserves; its `hold` and `status` are those of now.
         * @example {
         *       "id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10",
         *       "ledger": "main",
         *       "kind": "hold",
         *       "status": "pending",
         *       "reference": "booking-1",
         *       "description": "room, two nights",
         *       "effective_at": "2026-11-20T00:00:00.000000Z",
         *       "recorded_at": "2026-11-21T10:00:00.000000Z",
         *       "metadata": {
         *         "order": "order-1"
         *       },
         *       "parent_id": null,
         *       "entries": [
         *         {
         *           "account": "alice",
         *           "side": "debit",
         *           "amount": "500",
         *           "currency": "USD",
         *           "version": 2,
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "1000",
         *               "balance": "1000"
         *             },
         *             "pending": {
         *               "debits": "500",
         *               "credits": "0"
         *             },
         *             "available": "500"
         *           }
         *         },
         *         {
         *           "account": "hotel",
         *           "side": "credit",
         *           "amount": "500",
         *           "currency": "USD",
         *           "version": 2,
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "0",
         *               "balance": "0"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "500"
         *             },
         *             "available": "0"
         *           }
         *         }
         *       ],
         *       "hold": {
         *         "amount": "500",
         *         "captured": "0",
         *         "released": "0",
         *         "remaining": "500",
         *         "expires_at": "2026-11-28T10:00:00.000000Z"
         *       }
         *     }
         */
        Hold: {
            /** Format: uuid */
            id: string;
            ledger: string;
            /** @enum {string} */
            kind: "hold";
            /** @enum {string} */
            status: "pending" | "partially_captured" | "captured" | "voided" | "expired";
            reference: string | null;
            description: string | null;
            /** Format: date-time */
            effective_at: string;
            /** Format: date-time */
            recorded_at: string;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The hold of a capture, void or expiry, the original of a reversal.
             */
            parent_id: string | null;
            /** @description Only of holds, captures, voids and expiries. */
            hold: components["schemas"]["HoldState"];
            entries: components["schemas"]["Entry"][];
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10",
         *           "ledger": "main",
         *           "kind": "hold",
         *           "status": "pending",
         *           "reference": "booking-1",
         *           "description": "room, two nights",
         *           "effective_at": "2026-11-20T00:00:00.000000Z",
         *           "recorded_at": "2026-11-21T10:00:00.000000Z",
         *           "metadata": {
         *             "order": "order-1"
         *           },
         *           "parent_id": null,
         *           "entries": [
         *             {
         *               "account": "alice",
         *               "side": "debit",
         *               "amount": "500",
         *               "currency": "USD",
         *               "version": 2,
         *               "balances": {
         *                 "posted": {
         *                   "debits": "0",
         *                   "credits": "1000",
         *                   "balance": "1000"
         *                 },
         *                 "pending": {
         *                   "debits": "500",
         *                   "credits": "0"
         *                 },
         *                 "available": "500"
         *               }
         *             },
         *             {
         *               "account": "hotel",
         *               "side": "credit",
         *               "amount": "500",
         *               "currency": "USD",
         *               "version": 2,
         *               "balances": {
         *                 "posted": {
         *                   "debits": "0",
         *                   "credits": "0",
         *                   "balance": "0"
         *                 },
         *                 "pending": {
         *                   "debits": "0",
         *                   "credits": "500"
         *                 },
         *                 "available": "0"
         *               }
         *             }
         *           ],
         *           "hold": {
         *             "amount": "500",
         *             "captured": "0",
         *             "released": "0",
         *             "remaining": "500",
         *             "expires_at": "2026-11-28T10:00:00.000000Z"
         *           }
         *         }
         *       ],
         *       "next_cursor": null
         *     }
         */
        HoldPage: {
            data: components["schemas"]["Hold"][];
            /** @description For `cursor` of the next page; null: there is none. */
            next_cursor: string | null;
        };
        /**
         * @description A transaction that takes from a hold; `hold` is what it left.
         * @example {
         *       "id": "01994c3e-b2c4-7d10-a3e1-2f6c9d8b7a55",
         *       "ledger": "main",
         *       "kind": "capture",
         *       "status": "posted",
         *       "reference": "booking-1",
         *       "description": "room, two nights",
         *       "effective_at": "2026-11-20T00:00:00.000000Z",
         *       "recorded_at": "2026-11-21T10:00:00.000000Z",
         *       "metadata": {
         *         "order": "order-1"
         *       },
         *       "parent_id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10",
         *       "entries": [
         *         {
         *           "account": "alice",
         *           "side": "debit",
         *           "amount": "500",
         *           "currency": "USD",
         *           "version": 3,
         *           "balances": {
         *             "posted": {
         *               "debits": "500",
         *               "credits": "1000",
         *               "balance": "500"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "500"
         *           }
         *         },
         *         {
         *           "account": "hotel",
         *           "side": "credit",
         *           "amount": "500",
         *           "currency": "USD",
         *           "version": 3,
         *           "balances": {
         *             "posted": {
         *               "debits": "0",
         *               "credits": "500",
         *               "balance": "500"
         *             },
         *             "pending": {
         *               "debits": "0",
         *               "credits": "0"
         *             },
         *             "available": "500"
         *           }
         *         }
         *       ],
         *       "hold": {
         *         "amount": "500",
         *         "captured": "500",
         *         "released": "0",
         *         "remaining": "0",
         *         "expires_at": "2026-11-28T10:00:00.000000Z"
         *       }
         *     }
         */
        HoldStep: {
            /** Format: uuid */
            id: string;
            ledger: string;
            /** @enum {string} */
            kind: "capture" | "void" | "expiry";
            /** @enum {string} */
            status: "posted";
            reference: string | null;
            description: string | null;
            /** Format: date-time */
            effective_at: string;
            /** Format: date-time */
            recorded_at: string;
            metadata: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The hold of a capture, void or expiry, the original of a reversal.
             */
            parent_id: string | null;
            /** @description Only of holds, captures, voids and expiries. */
            hold: components["schemas"]["HoldState"];
            entries: components["schemas"]["Entry"][];
        };
        /**
         * @example {
         *       "status": 201,
         *       "body": {
         *         "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *         "ledger": "main",
         *         "kind": "posting",
         *         "status": "posted",
         *         "reference": "order-1",
         *         "description": "top-up",
         *         "effective_at": "2026-11-20T00:00:00.000000Z",
         *         "recorded_at": "2026-11-21T10:00:00.000000Z",
         *         "metadata": {
         *           "order": "order-1"
         *         },
         *         "parent_id": null,
         *         "entries": [
         *           {
         *             "account": "cash",
         *             "side": "debit",
         *             "amount": "1000",
         *             "currency": "USD",
         *             "version": 1,
         *             "balances": {
         *               "posted": {
         *                 "debits": "1000",
         *                 "credits": "0",
         *                 "balance": "1000"
         *               },
         *               "pending": {
         *                 "debits": "0",
         *                 "credits": "0"
         *               },
         *               "available": "1000"
         *             }
         *           },
         *           {
         *             "account": "alice",
         *             "side": "credit",
         *             "amount": "1000",
         *             "currency": "USD",
         *             "version": 1,
         *             "balances": {
         *               "posted": {
         *                 "debits": "0",
         *                 "credits": "1000",
         *                 "balance": "1000"
         *               },
         *               "pending": {
         *                 "debits": "0",
         *                 "credits": "0"
         *               },
         *               "available": "1000"
         *             }
         *           }
         *         ]
         *       }
         *     }
         */
        BulkResult: {
            /** @description What the command’s own endpoint would have answered with. */
            status: number;
            body: components["schemas"]["Account"] | components["schemas"]["Transaction"] | components["schemas"]["Problem"];
        };
        /**
         * @description One result a command, in the order of the commands.
         * @example {
         *       "results": [
         *         {
         *           "status": 201,
         *           "body": {
         *             "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
         *             "ledger": "main",
         *             "kind": "posting",
         *             "status": "posted",
         *             "reference": "order-1",
         *             "description": "top-up",
         *             "effective_at": "2026-11-20T00:00:00.000000Z",
         *             "recorded_at": "2026-11-21T10:00:00.000000Z",
         *             "metadata": {
         *               "order": "order-1"
         *             },
         *             "parent_id": null,
         *             "entries": [
         *               {
         *                 "account": "cash",
         *                 "side": "debit",
         *                 "amount": "1000",
         *                 "currency": "USD",
         *                 "version": 1,
         *                 "balances": {
         *                   "posted": {
         *                     "debits": "1000",
         *                     "credits": "0",
         *                     "balance": "1000"
         *                   },
         *                   "pending": {
         *                     "debits": "0",
         *                     "credits": "0"
         *                   },
         *                   "available": "1000"
         *                 }
         *               },
         *               {
         *                 "account": "alice",
         *                 "side": "credit",
         *                 "amount": "1000",
         *                 "currency": "USD",
         *                 "version": 1,
         *                 "balances": {
         *                   "posted": {
         *                     "debits": "0",
         *                     "credits": "1000",
         *                     "balance": "1000"
         *                   },
         *                   "pending": {
         *                     "debits": "0",
         *                     "credits": "0"
         *                   },
         *                   "available": "1000"
         *                 }
         *               }
         *             ]
         *           }
         *         }
         *       ]
         *     }
         */
        BulkResults: {
            results: components["schemas"]["BulkResult"][];
        };
        /**
         * @example {
         *       "data": [
         *         {
         *           "currency": "USD",
         *           "type": "asset",
         *           "debits": "100000",
         *           "credits": "2500",
         *           "balance": "97500"
         *         },
         *         {
         *           "currency": "USD",
         *           "type": "liability",
         *           "debits": "2500",
         *           "credits": "100000",
         *           "balance": "97500"
         *         }
         *       ],
         *       "totals": [
         *         {
         *           "currency": "USD",
         *           "debits": "102500",
         *           "credits": "102500"
         *         }
         *       ],
         *       "as_of": "2026-11-21T10:00:00.000000Z"
         *     }
         */
        TrialBalance: {
            data: {
                currency: string;
                /** @enum {string} */
                type: "asset" | "liability" | "equity" | "revenue" | "expense";
                debits: string;
                credits: string;
                /** @description Signed to the type’s normal side. */
                balance: string;
            }[];
            totals: {
                currency: string;
                debits: string;
                credits: string;
            }[];
            /**
             * Format: date-time
             * @description Everything recorded before is in it.
             */
            as_of: string;
        };
        /**
         * @example {
         *       "status": "committed",
         *       "entry_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21.1"
         *     }
         */
        WalletMoved: {
            /** @enum {string} */
            status: "committed";
            /** @description `{transaction_id}.{leg}` of the wallet’s own entry. */
            entry_id: string;
        };
        /**
         * @example {
         *       "status": "held",
         *       "hold_id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10"
         *     }
         */
        WalletHeld: {
            /** @enum {string} */
            status: "held";
            /** Format: uuid */
            hold_id: string;
        };
        /**
         * @example {
         *       "status": "committed",
         *       "entry_id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21.1",
         *       "hold_id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10"
         *     }
         */
        WalletCommitted: {
            /** @enum {string} */
            status: "committed";
            /** @description `{transaction_id}.{leg}` of the wallet’s own entry. */
            entry_id: string;
            /** Format: uuid */
            hold_id: string;
        };
        /**
         * @example {
         *       "status": "rolled_back",
         *       "hold_id": "01994c3e-9a11-7c02-8d55-0b7d2a6f4e10"
         *     }
         */
        WalletRolledBack: {
            /** @enum {string} */
            status: "rolled_back";
            /** Format: uuid */
            hold_id: string;
        };
        /** @description RFC 9457; some codes have further members that help a program. */
        Problem: {
            /** Format: uri-reference */
            type: string;
            title: string;
            status: number;
            /** @enum {string} */
            code: "MALFORMED_JSON" | "VALIDATION_FAILED" | "IDEMPOTENCY_KEY_REQUIRED" | "IDEMPOTENCY_KEY_INVALID" | "UNAUTHENTICATED" | "FORBIDDEN" | "LEDGER_NOT_FOUND" | "ACCOUNT_NOT_FOUND" | "TRANSACTION_NOT_FOUND" | "HOLD_NOT_FOUND" | "ROUTE_NOT_FOUND" | "METHOD_NOT_ALLOWED" | "ALREADY_EXISTS" | "REFERENCE_ALREADY_USED" | "CONDITION_FAILED" | "ACCOUNT_FROZEN" | "ACCOUNT_CLOSED" | "ACCOUNT_NOT_EMPTY" | "HOLD_NOT_OPEN" | "HOLD_EXPIRED" | "NOT_REVERSIBLE" | "REVISION_MISMATCH" | "PAYLOAD_TOO_LARGE" | "UNSUPPORTED_MEDIA_TYPE" | "IDEMPOTENCY_MISMATCH" | "UNKNOWN_ACCOUNT" | "UNBALANCED" | "CURRENCY_MISMATCH" | "INSUFFICIENT_FUNDS" | "LIMIT_EXCEEDED" | "AMOUNT_OVERFLOW" | "CAPTURE_EXCEEDS_HOLD" | "REVERSAL_EXCEEDS_ORIGINAL" | "AMOUNT_NOT_APPLICABLE" | "NOT_A_WALLET" | "BULK_REJECTED" | "RATE_LIMITED" | "INTERNAL" | "OVERLOADED" | "UNAVAILABLE";
            detail: string;
            /** @description With `VALIDATION_FAILED`: everything that is wrong. */
            errors?: {
                path: string;
                message: string;
            }[];
            trace_id: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * @example {
         *       "status": "ok"
         *     }
         */
        Liveness: {
            /** @enum {string} */
            status: "ok";
        };
        /**
         * @example {
         *       "status": "ok",
         *       "checks": {
         *         "postgres": "ok",
         *         "read_model": {
         *           "source": "tail",
         *           "lag_events": 0,
         *           "lag_seconds": 0,
         *           "healed_events": 0
         *         }
         *       }
         *     }
         */
        Readiness: {
            /** @enum {string} */
            status: "ok" | "degraded";
            checks: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "Ledgers.read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Ledgers.put": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PutLedgerBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ledger"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Ledgers.list": {
        parameters: {
            query?: {
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.list": {
        parameters: {
            query?: {
                type?: "asset" | "liability" | "equity" | "revenue" | "expense";
                currency?: string;
                status?: "open" | "frozen" | "closed";
                /** @description Ids that begin with this. */
                id_prefix?: string;
                metadata?: {
                    [key: string]: string;
                };
                /** @description On the posted balance. */
                balance?: {
                    lt?: string | number;
                    lte?: string | number;
                    gt?: string | number;
                    gte?: string | number;
                    eq?: string | number;
                };
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Everything recorded before that time is in the answer */
                    "Read-Model-As-Of"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.open": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenAccountBody"];
            };
        };
        responses: {
            201: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ALREADY_EXISTS`: The id is used. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_MISMATCH`: The key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.read": {
        parameters: {
            query?: {
                /** @description strong (the default) reads the journal. */
                consistency?: "strong" | "eventual";
                /** @description Never an older version than this. */
                min_version?: number;
                /** @description Effective at this time or before it. */
                at?: string;
                /** @description Recorded at this time or before it: what we knew then. Not the last 10 seconds. */
                recorded_at?: string;
            };
            header?: never;
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.update": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, or several: the account is changed only while it is at that revision. */
                "If-Match"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateAccountBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ACCOUNT_CLOSED`: A closed account is only read. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REVISION_MISMATCH`: `If-Match` names another revision than the present one. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.freeze": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ACCOUNT_CLOSED`: A closed account is only read. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_MISMATCH`: The key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.unfreeze": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ACCOUNT_CLOSED`: A closed account is only read. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_MISMATCH`: The key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.close": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `ACCOUNT_NOT_EMPTY`: Only an account at zero without open holds can be closed. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_MISMATCH`: The key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Accounts.entries": {
        parameters: {
            query?: {
                /** @description strong (the default) reads the journal. */
                consistency?: "strong" | "eventual";
                /** @description Never an older version than this. */
                min_version?: number;
                /** @description Recorded from (included). */
                from?: string;
                /** @description Recorded until (not included). */
                to?: string;
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountEntryPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Statement.statement": {
        parameters: {
            query?: {
                /** @description strong (the default) reads the journal. */
                consistency?: "strong" | "eventual";
                /** @description Never an older version than this. */
                min_version?: number;
                /** @description Effective from (included); absent: the earliest entry. */
                from?: string;
                /** @description Effective until (not included); absent: now. */
                to?: string;
                /** @description Recorded at this time or before it: what we knew then. Not the last 10 seconds. */
                recorded_at?: string;
                /** @description How many lines at most: 50; CSV and HTML without limit and cursor: all. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description With `limit` or `cursor` in CSV and HTML: the `cursor` of the next page, if there is one */
                    "Next-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Statement"];
                    "text/csv": string;
                    "text/html": string;
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "DailyTotals.read": {
        parameters: {
            query?: {
                /** @description From the day of this time; absent: the first. */
                from?: string;
                /** @description Days that begin before this time; absent: all. */
                to?: string;
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Everything recorded before that time is in the answer */
                    "Read-Model-As-Of"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DailyTotalsPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `ACCOUNT_NOT_FOUND`: The path names no account.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.list": {
        parameters: {
            query?: {
                reference?: string;
                account?: string;
                kind?: "posting" | "hold" | "capture" | "void" | "expiry" | "reversal";
                status?: "posted" | "pending" | "partially_captured" | "captured" | "voided" | "expired";
                metadata?: {
                    [key: string]: string;
                };
                /** @description Recorded from (included). */
                from?: string;
                /** @description Recorded until (not included). */
                to?: string;
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Everything recorded before that time is in the answer */
                    "Read-Model-As-Of"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.post": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostTransactionBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ALREADY_EXISTS`: The id is used.
             *
             *     `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `CONDITION_FAILED`: The `if` of an entry does not hold.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `UNBALANCED`: Debits and credits differ in a currency.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.transfer": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TransferBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ALREADY_EXISTS`: The id is used.
             *
             *     `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `UNBALANCED`: Debits and credits differ in a currency.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.reverse": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReverseBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `TRANSACTION_NOT_FOUND`: The path names no transaction.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             *
             *     `NOT_REVERSIBLE`: Only postings and captures can be reversed.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `REVERSAL_EXCEEDS_ORIGINAL`: More is reversed than is left of the original.
             *
             *     `AMOUNT_NOT_APPLICABLE`: An `amount` was given for something of more than two entries.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.read": {
        parameters: {
            query?: {
                /** @description An earlier revision of the metadata; 1 is that of the recording. */
                metadata_revision?: number;
            };
            header?: never;
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `TRANSACTION_NOT_FOUND`: The path names no transaction.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Transactions.update": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read, or several: the metadata is changed only while it is at that revision. */
                "If-Match"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateMetadataBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description The revision of the account */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Transaction"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `TRANSACTION_NOT_FOUND`: The path names no transaction.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `REVISION_MISMATCH`: `If-Match` names another revision than the present one. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Holds.list": {
        parameters: {
            query?: {
                status?: "pending" | "partially_captured" | "captured" | "voided" | "expired";
                /** @description Holds that touch this account. */
                account?: string;
                /** @description How many rows at most. */
                limit?: number;
                /** @description The `next_cursor` of the page before. */
                cursor?: string;
            };
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Everything recorded before that time is in the answer */
                    "Read-Model-As-Of"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldPage"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Holds.create": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateHoldBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hold"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ALREADY_EXISTS`: The id is used.
             *
             *     `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `CONDITION_FAILED`: The `if` of an entry does not hold.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `UNBALANCED`: Debits and credits differ in a currency.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Holds.capture": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CaptureHoldBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldStep"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldStep"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `HOLD_NOT_FOUND`: The path names no hold.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             *
             *     `HOLD_NOT_OPEN`: The hold was captured or voided before.
             *
             *     `HOLD_EXPIRED`: The hold is past its `expires_at`.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `CAPTURE_EXCEEDS_HOLD`: More is captured than remains of the hold.
             *
             *     `AMOUNT_NOT_APPLICABLE`: An `amount` was given for something of more than two entries.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Holds.void": {
        parameters: {
            query?: {
                /** @description Everything is checked and answered with status 200, nothing is recorded. */
                dry_run?: boolean;
            };
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["VoidHoldBody"];
            };
        };
        responses: {
            /** @description Of a dry run: what would be recorded. */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldStep"];
                };
            };
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoldStep"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `LEDGER_NOT_FOUND`: The path names no ledger.
             *
             *     `HOLD_NOT_FOUND`: The path names no hold.
             */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `HOLD_NOT_OPEN`: The hold was captured or voided before.
             *
             *     `HOLD_EXPIRED`: The hold is past its `expires_at`.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `IDEMPOTENCY_MISMATCH`: The key was used for another request. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "TrialBalance.read": {
        parameters: {
            query?: {
                /** @description Effective at this time or before it. */
                at?: string;
                /** @description Recorded at this time or before it: what we knew then. Not the last 10 seconds. */
                recorded_at?: string;
            };
            header?: never;
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialBalance"];
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Bulk.take": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkBody"];
                /**
                 * @example {"command":"transfer","from":"cash","to":"alice","amount":"1000"}
                 *     {"command":"transfer","from":"alice","to":"bob","amount":"1250","idempotency_key":"order-2"}
                 */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Of an independent bulk, and of lines: a line of answer each */
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "status": 201,
                     *           "body": {
                     *             "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
                     *             "ledger": "main",
                     *             "kind": "posting",
                     *             "status": "posted",
                     *             "reference": "order-1",
                     *             "description": "top-up",
                     *             "effective_at": "2026-11-20T00:00:00.000000Z",
                     *             "recorded_at": "2026-11-21T10:00:00.000000Z",
                     *             "metadata": {
                     *               "order": "order-1"
                     *             },
                     *             "parent_id": null,
                     *             "entries": [
                     *               {
                     *                 "account": "cash",
                     *                 "side": "debit",
                     *                 "amount": "1000",
                     *                 "currency": "USD",
                     *                 "version": 1,
                     *                 "balances": {
                     *                   "posted": {
                     *                     "debits": "1000",
                     *                     "credits": "0",
                     *                     "balance": "1000"
                     *                   },
                     *                   "pending": {
                     *                     "debits": "0",
                     *                     "credits": "0"
                     *                   },
                     *                   "available": "1000"
                     *                 }
                     *               },
                     *               {
                     *                 "account": "alice",
                     *                 "side": "credit",
                     *                 "amount": "1000",
                     *                 "currency": "USD",
                     *                 "version": 1,
                     *                 "balances": {
                     *                   "posted": {
                     *                     "debits": "0",
                     *                     "credits": "1000",
                     *                     "balance": "1000"
                     *                   },
                     *                   "pending": {
                     *                     "debits": "0",
                     *                     "credits": "0"
                     *                   },
                     *                   "available": "1000"
                     *                 }
                     *               }
                     *             ]
                     *           }
                     *         },
                     *         {
                     *           "status": 422,
                     *           "body": {
                     *             "type": "/problems/insufficient-funds",
                     *             "title": "Insufficient funds",
                     *             "status": 422,
                     *             "code": "INSUFFICIENT_FUNDS",
                     *             "detail": "account alice has 1000 available, 1250 needed",
                     *             "account": "alice",
                     *             "available": "1000",
                     *             "required": "1250",
                     *             "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BulkResults"];
                    /**
                     * @example {"status":201,"body":{"id":"01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21","ledger":"main","kind":"posting","status":"posted","reference":"order-1","description":"top-up","effective_at":"2026-11-20T00:00:00.000000Z","recorded_at":"2026-11-21T10:00:00.000000Z","metadata":{"order":"order-1"},"parent_id":null,"entries":[{"account":"cash","side":"debit","amount":"1000","currency":"USD","version":1,"balances":{"posted":{"debits":"1000","credits":"0","balance":"1000"},"pending":{"debits":"0","credits":"0"},"available":"1000"}},{"account":"alice","side":"credit","amount":"1000","currency":"USD","version":1,"balances":{"posted":{"debits":"0","credits":"1000","balance":"1000"},"pending":{"debits":"0","credits":"0"},"available":"1000"}}]}}
                     *     {"status":422,"body":{"type":"/problems/insufficient-funds","title":"Insufficient funds","status":422,"code":"INSUFFICIENT_FUNDS","detail":"account alice has 1000 available, 1250 needed","account":"alice","available":"1000","required":"1250","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}}
                     */
                    "application/x-ndjson": string;
                };
            };
            /** @description Of an atomic bulk */
            201: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "status": 201,
                     *           "body": {
                     *             "id": "01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21",
                     *             "ledger": "main",
                     *             "kind": "posting",
                     *             "status": "posted",
                     *             "reference": "order-1",
                     *             "description": "top-up",
                     *             "effective_at": "2026-11-20T00:00:00.000000Z",
                     *             "recorded_at": "2026-11-21T10:00:00.000000Z",
                     *             "metadata": {
                     *               "order": "order-1"
                     *             },
                     *             "parent_id": null,
                     *             "entries": [
                     *               {
                     *                 "account": "cash",
                     *                 "side": "debit",
                     *                 "amount": "1000",
                     *                 "currency": "USD",
                     *                 "version": 1,
                     *                 "balances": {
                     *                   "posted": {
                     *                     "debits": "1000",
                     *                     "credits": "0",
                     *                     "balance": "1000"
                     *                   },
                     *                   "pending": {
                     *                     "debits": "0",
                     *                     "credits": "0"
                     *                   },
                     *                   "available": "1000"
                     *                 }
                     *               },
                     *               {
                     *                 "account": "alice",
                     *                 "side": "credit",
                     *                 "amount": "1000",
                     *                 "currency": "USD",
                     *                 "version": 1,
                     *                 "balances": {
                     *                   "posted": {
                     *                     "debits": "0",
                     *                     "credits": "1000",
                     *                     "balance": "1000"
                     *                   },
                     *                   "pending": {
                     *                     "debits": "0",
                     *                     "credits": "0"
                     *                   },
                     *                   "available": "1000"
                     *                 }
                     *               }
                     *             ]
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `BULK_REJECTED`: A command of an atomic bulk was refused; `index` and `problem` say which and why.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Wallet.debit": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletMoveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletMoved"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `NOT_A_WALLET`: The wallet profile takes liability accounts only.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Wallet.credit": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletMoveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletMoved"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `NOT_A_WALLET`: The wallet profile takes liability accounts only.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Wallet.hold": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletMoveBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletHeld"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `REFERENCE_ALREADY_USED`: Another transaction of the ledger has this reference; `transaction_id` names it.
             *
             *     `ACCOUNT_FROZEN`: A frozen account takes no postings and holds.
             *
             *     `ACCOUNT_CLOSED`: A closed account is only read.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `UNKNOWN_ACCOUNT`: The body names an account that does not exist.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `INSUFFICIENT_FUNDS`: An account would go (further) below its `min_balance`, open holds counted.
             *
             *     `LIMIT_EXCEEDED`: An account would go (further) above its `max_balance`, incoming holds counted.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `NOT_A_WALLET`: The wallet profile takes liability accounts only.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Wallet.commit": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletCommitBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletCommitted"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `HOLD_NOT_FOUND`: The path names no hold. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `ACCOUNT_CLOSED`: A closed account is only read.
             *
             *     `HOLD_NOT_OPEN`: The hold was captured or voided before.
             *
             *     `HOLD_EXPIRED`: The hold is past its `expires_at`.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `CURRENCY_MISMATCH`: The currency is not the account’s, or the two accounts of a transfer differ in it.
             *
             *     `AMOUNT_OVERFLOW`: A total would pass 38 digits.
             *
             *     `CAPTURE_EXCEEDS_HOLD`: More is captured than remains of the hold.
             *
             *     `NOT_A_WALLET`: The wallet profile takes liability accounts only.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Wallet.rollback": {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The same key with the same request gives the same answer again, byte for byte, with `Idempotent-Replayed: true`, and changes nothing.
                 * @example order-1-topup
                 */
                "Idempotency-Key": string;
                /** @description Another name of `Idempotency-Key`: one of the two is enough; where both are sent they are the same. */
                "X-Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WalletRollbackBody"];
            };
        };
        responses: {
            200: {
                headers: {
                    /** @description `true` where the answer was stored before and nothing was done */
                    "Idempotent-Replayed"?: "true";
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WalletRolledBack"];
                };
            };
            /**
             * @description `MALFORMED_JSON`: The body is not JSON in UTF-8.
             *
             *     `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each.
             *
             *     `IDEMPOTENCY_KEY_REQUIRED`: A POST that records something came without `Idempotency-Key`.
             *
             *     `IDEMPOTENCY_KEY_INVALID`: The key is not 1–255 printable ASCII characters, or the two key headers differ.
             */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `HOLD_NOT_FOUND`: The path names no hold. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `HOLD_NOT_OPEN`: The hold was captured or voided before.
             *
             *     `HOLD_EXPIRED`: The hold is past its `expires_at`.
             */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body is beyond 1 MiB (16 MiB for bulk), or the headers beyond 16 KiB. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body is not `application/json` in UTF-8 without content encoding. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `IDEMPOTENCY_MISMATCH`: The key was used for another request.
             *
             *     `NOT_A_WALLET`: The wallet profile takes liability accounts only.
             */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Events.read": {
        parameters: {
            query?: {
                /** @description The `cursor` of the last event that was dealt with; absent: from the beginning. */
                after?: string;
                /** @description How many lines at most (JSON lines). */
                limit?: number;
                /** @description How many seconds to wait when nothing is new (JSON lines). */
                wait?: number;
            };
            header?: {
                /** @description With server-sent events: the last `id`, in place of `after`. */
                "Last-Event-ID"?: string;
            };
            path: {
                ledger: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    /** @description Only where there is no line */
                    "Next-Cursor"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"cursor":"WyJldmVudHMgbWFpbiIsIjc…","event":{"schema_version":"1","event_id":"01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21","event_type":"ledger.account.frozen","ledger":"main","sequence":"184467","account":{"id":"alice","account_no":"17","type":"liability","normal_side":"credit","currency":"USD","status":"frozen","min_balance":"0","max_balance":null,"metadata":{},"revision":2,"opened_at":"2026-11-21T10:00:00.000000Z"},"recorded_at":"2026-11-21T10:05:00.000000Z","idempotency_key":"freeze-alice","principal":"support","trace_id":null}} */
                    "application/x-ndjson": string;
                    /**
                     * @example id: WyJldmVudHMgbWFpbiIsIjc…
                     *     event: ledger.account.frozen
                     *     data: {"schema_version":"1","event_id":"01994c3e-7d2a-7bb3-9f10-5d0c3c1f8a21","event_type":"ledger.account.frozen","ledger":"main","sequence":"184467","account":{"id":"alice","account_no":"17","type":"liability","normal_side":"credit","currency":"USD","status":"frozen","min_balance":"0","max_balance":null,"metadata":{},"revision":2,"opened_at":"2026-11-21T10:00:00.000000Z"},"recorded_at":"2026-11-21T10:05:00.000000Z","idempotency_key":"freeze-alice","principal":"support","trace_id":null}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description `VALIDATION_FAILED`: A field, query parameter or header is missing, unknown or has a value it may not have; `errors` names each. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `UNAUTHENTICATED`: No bearer token, or one nobody knows. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `FORBIDDEN`: The token lacks the scope this needs. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `LEDGER_NOT_FOUND`: The path names no ledger. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `RATE_LIMITED`: More requests a second, or commands a day, than the principal may have; wait for `Retry-After`. */
            429: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `INTERNAL`: A fault of ours; the log has it under `trace_id`. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /**
             * @description `OVERLOADED`: More commands wait than can be recorded soon, or too many read history; wait for `Retry-After`.
             *
             *     `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out.
             */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Health.live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Liveness"];
                };
            };
        };
    };
    "Health.ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description `UNAVAILABLE`: The database can’t be reached or the outcome is unknown: repeat with the same key to find out. */
            503: {
                headers: {
                    /** @description Seconds to wait */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "Metrics.metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
}
