/**
 * `querator-test/vitest/setup`: the setup file for suites that keep Vitest's own `test`. Test files import `queue`, `createQueue`, `clock` and
 * the others from `querator-test/vitest/values`.
 *
 *     export default defineConfig({ test: { setupFiles: ['querator-test/vitest/setup'] } })
 *
 * Vitest runs it for each test file, also where several files share a worker.
 */
import * as vitest from 'vitest'
import { fileTurn } from './file-turn.js'
import type { ShownTest } from './vitest-task.js'

const turn = fileTurn()
turn.files++
await turn.events?.beginFile()

type OnTestFinished = (hook: () => Promise<void>) => void

async function begin(shown: ShownTest, onTestFinished: OnTestFinished, apart: boolean) {
  const test = await turn.events?.begin(shown, apart)
  // The last hook of the test, because hooks of this kind run in reverse order.
  if (test !== undefined) onTestFinished(() => test.end())
  return test
}

if ('aroundEach' in vitest) {
  vitest.aroundEach(async (run, { task, annotate, onTestFinished }) => {
    const test = await begin({ task, annotate }, onTestFinished, Boolean(task.concurrent))
    await (test === undefined ? run() : test.run(run))
  })
} else {
  // Vitest before 4.1 has nothing around a test, so concurrent ones cannot be told apart.
  ;(vitest as typeof import('vitest')).beforeEach(async ({ task, annotate, onTestFinished }) => {
    await begin({ task, annotate }, onTestFinished, false)
  })
}
vitest.afterAll(() => turn.events?.endFile())
