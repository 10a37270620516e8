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

const turn = fileTurn()
turn.files++
await turn.events?.beginFile()

if ('aroundEach' in vitest) {
  vitest.aroundEach(async (run, { task, annotate }) => {
    const test = await turn.events?.begin({ task, annotate }, Boolean(task.concurrent))
    if (test === undefined) return run()
    try {
      await test.run(run)
    } finally {
      // After every hook of the user, because this one is around them all.
      await test.end()
    }
  })
} else {
  // Vitest before 4.1 has nothing around a test, so concurrent ones cannot be told apart.
  ;(vitest as typeof import('vitest')).beforeEach(async ({ task, annotate, onTestFinished }) => {
    const test = await turn.events?.begin({ task, annotate }, false)
    // The last hook of the test, because hooks of this kind run in reverse order.
    if (test !== undefined) onTestFinished(() => test.end())
  })
}
vitest.afterAll(() => turn.events?.endFile())
