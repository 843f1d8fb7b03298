extension Execution {
  /// The `dict` that the reference saves, at the current version, version first.
  /// - Parameter timestamp: seconds since 1970.
  func pythonValue(timestamp: Double) -> PythonValue {
    .object([
      ("version", .integer(mlTrainingDataVersion)),
      ("features", features.pythonValue),
      ("n_jobs", .integer(nJobs)),
      ("chunksize", .integer(chunkSize)),
      ("speedup", .float(speedup)),
      ("timestamp", .float(timestamp)),
      ("function_signature", .string(functionSignature)),
      ("system_fingerprint", PythonValue(systemFingerprint, \.pythonValue)),
      ("adaptive_chunking_enabled", PythonValue(adaptiveChunking.isEnabled, PythonValue.bool)),
      ("adaptation_rate", PythonValue(adaptiveChunking.rate, PythonValue.float)),
      ("min_chunksize", PythonValue(adaptiveChunking.minimumChunkSize, PythonValue.integer)),
      ("max_chunksize", PythonValue(adaptiveChunking.maximumChunkSize, PythonValue.integer)),
    ])
  }
}

extension StreamingExecution {
  /// The `dict` that the reference saves, at the current version, version first.
  /// - Parameter timestamp: seconds since 1970.
  func pythonValue(timestamp: Double) -> PythonValue {
    .object([
      ("version", .integer(mlTrainingDataVersion)),
      ("features", features.pythonValue),
      ("n_jobs", .integer(nJobs)),
      ("chunksize", .integer(chunkSize)),
      ("speedup", .float(speedup)),
      ("timestamp", .float(timestamp)),
      ("function_signature", .string(functionSignature)),
      ("buffer_size", .integer(bufferSize)),
      ("use_ordered", .bool(usesOrder)),
      ("is_streaming", .bool(true)),
    ])
  }
}

extension TrainingFeatures {
  fileprivate var pythonValue: PythonValue {
    // The reference's loader knows a default for each of the first five where it is absent, but fails on `null`.
    var members: [(name: String, value: PythonValue)] = [
      ("data_size", .integer(dataSize)),
      ("estimated_item_time", .float(estimatedItemTime)),
    ]
    if let physicalCores { members.append(("physical_cores", .integer(physicalCores))) }
    if let availableMemory { members.append(("available_memory", .integer(availableMemory))) }
    if let startMethod { members.append(("start_method", .string(startMethod.rawValue))) }
    members += [
      ("pickle_size", PythonValue(pickleSize, PythonValue.integer)),
      ("coefficient_of_variation", PythonValue(coefficientOfVariation, PythonValue.float)),
      ("function_complexity", PythonValue(functionComplexity, PythonValue.integer)),
    ]
    return .object(members)
  }
}

extension SystemFingerprint {
  fileprivate var pythonValue: PythonValue {
    .object([
      ("physical_cores", .integer(physicalCores)),
      ("l3_cache_mb", .float(l3CacheMB)),
      ("numa_nodes", .integer(numaNodes)),
      ("memory_bandwidth_gb_s", .float(memoryBandwidthGBPerSecond)),
      ("start_method", .string(startMethod.rawValue)),
      ("system_id", .string(systemID)),
    ])
  }
}
