/** Files of this package that the tests load, compiled once for each worker. */
import { readFileSync } from 'node:fs'
import { Script } from 'node:vm'

/** What a loader of CommonJS makes of a file. */
export type ModuleFunction = (
  exports: object,
  require: NodeJS.Require,
  module: object,
  filename: string,
  dirname: string,
) => void

const HEAD = '(function (exports, require, module, __filename, __dirname) {'
const scripts = new Map<string, Script>()

/** Returns a file as a function of this context. A script belongs to no context, and neither do its functions once they are compiled. */
export function moduleFunction(path: string, context: object): ModuleFunction {
  const script = scripts.get(path) ?? compiled(path)
  scripts.set(path, script)
  return script.runInContext(context) as ModuleFunction
}

function compiled(path: string): Script {
  const source = `${HEAD}${readFileSync(path, 'utf8')}\n})`
  return new Script(source, { filename: path, columnOffset: -HEAD.length })
}
