/** Packs and installs the package once for all tests of the tarball. */
import type { TestProject } from 'vitest/node'
import { installPacked } from '../../scripts/packed.mjs'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which the tarball is installed. */
    packed: string
  }
}

export default function setup(project: TestProject): () => void {
  const { folder, remove } = installPacked()
  project.provide('packed', folder)
  return remove
}
