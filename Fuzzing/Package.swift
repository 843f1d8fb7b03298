// swift-tools-version: 6.2
// A package of its own, so that the main one builds without the fuzzer's runtime. `make fuzz` gives the flags.
import PackageDescription

let package = Package(
  name: "uprev-fuzzing",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "uprev", path: "..")],
  targets: [
    .target(name: "FuzzDriver"),
    .executableTarget(
      name: "FuzzArchive",
      dependencies: [
        "FuzzDriver",
        .product(name: "LosslessJSON", package: "uprev"), .product(name: "UprevArchive", package: "uprev"),
        .product(name: "UprevCore", package: "uprev"), .product(name: "UprevReport", package: "uprev"),
      ],
      swiftSettings: [.unsafeFlags(["-parse-as-library"])],
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
  ],
  swiftLanguageModes: [.v6]
)
