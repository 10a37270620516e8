/** What is wrong with the files of a folder. */

/** The error of files that are not as LevelDB or we left them. Its message begins with the name of the file. */
export class Damage extends Error {}
