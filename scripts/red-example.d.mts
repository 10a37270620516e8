/** The parts of Vitest's `json` report that are used here. */
export interface Report {
  numTotalTests: number
  numFailedTests: number
  numPassedTests: number
  testResults: { name: string; assertionResults: { fullName: string; status: string }[] }[]
}
export function runRed(folder: string, command: readonly string[]): { asExpected: boolean; text: string }
export function problemOf(
  status: number | null,
  report: Report | undefined,
  files: readonly string[],
): string | undefined
