/**
 * Gives random tests the same values each time and turns off shrinking, so that the result of a mutant depends on the
 * mutant alone.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_260_101, endOnFailure: true })
