// swift-tools-version: 6.2
// A package of its own, so that the main one builds without the fuzzer's runtime. `make fuzz` gives the flags.
import PackageDescription

/// One program that libFuzzer drives.
func fuzzer(_ name: String, _ modules: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["FuzzDriver", "FuzzSupport"] + modules.map { .product(name: $0, package: "uprev") },
    swiftSettings: [.unsafeFlags(["-parse-as-library"])],
    linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
}

let package = Package(
  name: "uprev-fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "uprev", path: "..")],
  targets: [
    .target(name: "FuzzDriver"),
    .target(name: "FuzzSupport"),
    fuzzer("FuzzArchive", ["LosslessJSON", "UprevArchive", "UprevCore", "UprevReport"]),
    fuzzer("FuzzJSON", ["LosslessJSON"]),
    fuzzer("FuzzPipeline", ["LosslessJSON", "UprevCore", "UprevReport"]),
    fuzzer("FuzzSchema", ["JSONSchema", "LosslessJSON"]),
  ],
  swiftLanguageModes: [.v6]
)
