import packageJson from "../package.json"

/** The version of OAuth Flow, as in package.json. */
export const { version } = packageJson
