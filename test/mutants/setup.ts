/** Random tests take the same values each time, so that a mutant is killed or not by what it is, and fail without shrinking. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_260_101, endOnFailure: true })
