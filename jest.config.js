const common = {
  // Not the whole checkout: Postgres has files named like jest's snapshots in data/.
  roots: ['<rootDir>/src', '<rootDir>/migrations', '<rootDir>/test', '<rootDir>/clients/typescript/src'],
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@counterfoil/client$': '<rootDir>/clients/typescript/src/index.ts',
  },
  transform: { '^.+\\.ts$': '@swc/jest' },
};

// One project a kind of test: `unit` needs nothing, `e2e` a real Postgres, `cdc` Kafka and Debezium besides.
export default {
  testTimeout: 60_000,
  maxWorkers: 1,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.spec.ts', '<rootDir>/test/unit/**/*.spec.ts'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
    {
      ...common,
      displayName: 'cdc',
      testMatch: ['<rootDir>/test/cdc/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/global-setup.mjs',
      globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
    },
  ],
};
