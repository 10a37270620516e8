/** `querator version`: prints the version. */
import type { Command } from 'commander'
import { VERSION } from '../../daemon/version.js'

/** Adds `querator version` to the program. */
export function addVersion(program: Command): void {
  program
    .command('version')
    .description('prints the version')
    .action(() => {
      process.stdout.write(`querator ${VERSION}\n`)
    })
}
