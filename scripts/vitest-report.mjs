/**
 * @typedef {{ fullName: string, status: string, failureMessages?: string[] }} AssertionResult
 * @typedef {{ name: string, status: string, message?: string, assertionResults: AssertionResult[] }} FileResult
 * @typedef {{ testResults: FileResult[] }} VitestReport what vitest's JSON reporter writes
 * @typedef {{ passed: number, failed: number, complaints: string[] }} Tally `complaints` has what the reporter does not call a failure
 */

/**
 * Counts a run of vitest so that nothing can be missing unseen. A test that did not run (skipped, todo, left out by `only`)
 * counts as failed. So do a file without a result, a run without a test, and an exit code that no test explains.
 * @param {VitestReport | undefined} report nothing when vitest has written none
 * @param {number} exitCode of vitest
 * @returns {Tally}
 */
export function tallyOf(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1, complaints: ['vitest has written no report'] }
  let passed = 0
  let failed = 0
  /** @type {string[]} */
  const complaints = []
  for (const file of report.testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++
      else failed++
      if (test.status !== 'passed' && test.status !== 'failed') {
        complaints.push(`did not run (${test.status}): ${test.fullName}, in ${file.name}`)
      }
    }
    const explained = file.assertionResults.some((test) => test.status === 'failed')
    if (file.status === 'failed' && !explained) {
      failed++
      complaints.push(`failed as a whole: ${file.name}`)
    } else if (file.assertionResults.length === 0) {
      failed++
      complaints.push(`has no test: ${file.name}`)
    }
  }
  if (report.testResults.length === 0) {
    failed++
    complaints.push('there is no test')
  }
  if (exitCode !== 0 && failed === 0) {
    failed++
    complaints.push(`vitest ended with exit code ${exitCode} though every test passed`)
  }
  return { passed, failed, complaints }
}

/**
 * @param {VitestReport | undefined} report
 * @returns {string[]} each test that failed, and the first line of why
 */
export function failuresOf(report) {
  return (report?.testResults ?? []).flatMap(({ assertionResults }) =>
    assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => {
        const why = test.failureMessages?.[0]?.split('\n')[0] ?? ''
        return why === '' ? test.fullName : `${test.fullName}: ${why.slice(0, 200)}`
      }),
  )
}
