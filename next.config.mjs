/** @type {import("next").NextConfig} */
export default {
  poweredByHeader: false,
  reactStrictMode: true,
  // These load files of their own at run time (a native module, worker threads), which a bundle would lose.
  serverExternalPackages: [
    "better-sqlite3",
    "@prisma/adapter-better-sqlite3",
    "@prisma/adapter-pg",
    "pg",
    "pino",
    "tinypool",
  ],
  outputFileTracingIncludes: { "/*": ["./prisma/migrations/**/*", "./lib/{accounts,data}/*.mjs"] },
  // `npm test` checks the types, those of the tests too, which are no part of a build.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  // In development Next would log each URL, and some hold a state token or a code.
  logging: { incomingRequests: false },
  async headers() {
    return [
      {
        source: "/:path*",
        headers: [
          { key: "X-Content-Type-Options", value: "nosniff" },
          { key: "Referrer-Policy", value: "same-origin" },
          { key: "X-Frame-Options", value: "DENY" },
        ],
      },
    ]
  },
}
