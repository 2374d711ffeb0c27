// The specs of the rules alone, for Stryker: npm run mutants:rules
export default {
  rootDir: '../../..',
  roots: ['<rootDir>/src/ledger', '<rootDir>/test/mutants/rules'],
  testMatch: ['<rootDir>/test/mutants/rules/all.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  // Stryker wraps it, and knows no <rootDir>.
  testEnvironment: './test/mutants/rules/environment.cjs',
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': '@swc/jest' },
};
