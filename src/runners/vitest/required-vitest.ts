/** The result of `require('querator-test/vitest')`: an error, because Vitest is an ES module only. */
import { QueratorError } from '../../index.js'

throw new QueratorError(
  0,
  "querator-test/vitest and its entries cannot be required, because Vitest is ES modules only; write import { test } from 'querator-test/vitest', or in Jest require('querator-test/jest')",
)
