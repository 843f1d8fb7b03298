// swift-tools-version: 6.2
import PackageDescription

// Debian's libjq brings no file for pkg-config and lies where every compiler looks; brew's does neither.
#if os(macOS)
  let jqConfiguration: String? = "libjq"
#else
  let jqConfiguration: String? = nil
#endif

let package = Package(
  name: "uprev",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "uprev", targets: ["uprev"]),
    .library(name: "UprevCore", targets: ["UprevCore"]),
    .library(name: "UprevArchive", targets: ["UprevArchive"]),
    .library(name: "LosslessJSON", targets: ["LosslessJSON"]),
    .library(name: "JSONSchema", targets: ["JSONSchema"]),
    .library(name: "UprevReport", targets: ["UprevReport"]),
    .library(name: "AmorsizeTrainingData", targets: ["AmorsizeTrainingData"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive",
      providers: [.apt(["libarchive-dev"]), .brew(["libarchive"])]),
    .systemLibrary(name: "CJq", pkgConfig: jqConfiguration, providers: [.apt(["libjq-dev"]), .brew(["jq"])]),
    .systemLibrary(
      name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"]), .brew(["nettle"])]),
    .systemLibrary(
      name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]),
    .systemLibrary(name: "CLZMA", pkgConfig: "liblzma", providers: [.apt(["liblzma-dev"]), .brew(["xz"])]),
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"]), .brew(["pcre2"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "CSystem", cSettings: [.define("_GNU_SOURCE")]),

    .target(name: "LosslessJSON"),
    .target(name: "JSONSchema", dependencies: ["CPCRE2", "LosslessJSON"]),
    .target(name: "UprevReport"),
    .target(
      name: "UprevCore",
      dependencies: [
        "CNettle", "CSystem", "JSONSchema", "LosslessJSON", "UprevReport",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .target(
      name: "UprevArchive",
      dependencies: [
        "CArchive", "CDeflate", "CLZMA", "CSystem", "CZlib", "LosslessJSON", "UprevCore", "UprevReport",
      ]),
    .target(name: "AmorsizeTrainingData", dependencies: ["LosslessJSON", "UprevCore", "UprevReport"]),
    .executableTarget(
      name: "uprev",
      dependencies: [
        "CJq", "CSystem", "JSONSchema", "LosslessJSON", "UprevArchive", "UprevCore", "UprevReport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(name: "AmorsizeDemo", dependencies: ["AmorsizeTrainingData", "LosslessJSON"]),
    .executableTarget(
      name: "CodecBenchmark", dependencies: ["JSONSchema", "LosslessJSON", "UprevCore", "UprevReport"],
      path: "Benchmarks/Codec"),
    .target(name: "CTestSupport", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "UprevTestSupport", dependencies: ["CSystem", "CTestSupport", "UprevCore", "UprevReport"]),

    .executableTarget(
      name: "Conformance", dependencies: ["JSONSchema", "LosslessJSON", "UprevCore"], path: "Tests/Conformance"),
    .testTarget(name: "LosslessJSONTests", dependencies: ["LosslessJSON", "UprevTestSupport"]),
    .testTarget(name: "JSONSchemaTests", dependencies: ["JSONSchema", "UprevTestSupport"]),
    .testTarget(name: "UprevReportTests", dependencies: ["UprevReport", "JSONSchema", "UprevTestSupport"]),
    .testTarget(name: "UprevCoreTests", dependencies: ["Conformance", "UprevCore", "UprevTestSupport"]),
    .testTarget(name: "UprevArchiveTests", dependencies: ["CArchive", "UprevArchive", "UprevTestSupport"]),
    .testTarget(
      name: "AmorsizeTrainingDataTests", dependencies: ["AmorsizeTrainingData", "UprevTestSupport"]),
    .testTarget(name: "UprevCommandTests", dependencies: ["LosslessJSON", "JSONSchema", "UprevTestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)

// A warning in this package is an error.
for target in package.targets where target.type != .system {
  target.swiftSettings = (target.swiftSettings ?? []) + [.treatAllWarnings(as: .error)]
  if ["CSystem", "CTestSupport"].contains(target.name) {
    target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
  }
}
