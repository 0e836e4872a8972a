import { describe, expect, it } from 'vitest'
import { failuresOf, tallyOf } from '../vitest-report.mjs'

const file = (status: string, ...tests: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((test, index) => ({ fullName: `test ${index}`, status: test })),
})

const table: [what: string, files: ReturnType<typeof file>[], exitCode: number, passed: number, failed: number][] = [
  [
    'counts what passed and what failed',
    [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')],
    1,
    3,
    1,
  ],
  ['counts a skipped test as failed', [file('passed', 'passed', 'skipped')], 0, 1, 1],
  ['counts a pending test as failed', [file('passed', 'passed', 'pending')], 0, 1, 1],
  ['counts a test that is to be written as failed', [file('passed', 'todo')], 0, 0, 1],
  ['counts a file that cannot be loaded as failed', [file('failed'), file('passed', 'passed')], 1, 1, 1],
  ['counts a file whose tests passed but which failed otherwise as failed', [file('failed', 'passed')], 1, 1, 1],
  ['counts a file without a test as failed', [file('passed')], 0, 0, 1],
  ['counts a run without a test as failed', [], 0, 0, 1],
  ['counts an error outside of the tests as failed', [file('passed', 'passed')], 1, 1, 1],
  ['counts nothing as failed when everything passed', [file('passed', 'passed')], 0, 1, 0],
]

describe('tallyOf', () => {
  it.each(table)('%s', (_, testResults, exitCode, passed, failed) => {
    expect(tallyOf({ testResults }, exitCode)).toMatchObject({ passed, failed })
  })

  it('counts a run without a report as failed', () => {
    expect(tallyOf(undefined, 0)).toMatchObject({ passed: 0, failed: 1 })
  })

  it('says which test did not run, and where it is', () => {
    expect(tallyOf({ testResults: [file('passed', 'skipped')] }, 0).complaints).toEqual([
      'did not run (skipped): test 0, in a.test.ts',
    ])
  })
})

describe('failuresOf', () => {
  it('names each test that failed, and the first line of why', () => {
    const failed = { fullName: 'test 9', status: 'failed', failureMessages: ['Error: because\n  at somewhere'] }
    const testResults = [
      file('passed', 'passed'),
      { ...file('failed', 'passed'), assertionResults: [failed] },
      file('failed', 'passed', 'failed'),
    ]
    expect(failuresOf({ testResults })).toEqual(['test 9: Error: because', 'test 1'])
  })

  it('is empty where none did, and where there is no report', () => {
    expect(failuresOf({ testResults: [file('passed', 'passed')] })).toEqual([])
    expect(failuresOf(undefined)).toEqual([])
  })
})
