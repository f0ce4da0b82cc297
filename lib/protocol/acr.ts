/** The authentication classes (acr) of this server: one factor, such as a password. */
export const acrValues = ["1"]
