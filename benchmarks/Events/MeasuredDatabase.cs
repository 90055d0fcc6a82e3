using Tideway.Hosting.Database;

namespace Tideway.Benchmarks.Events;

/// <summary>State of the publisher and, under another name, of the consumer.</summary>
internal sealed class MeasuredDatabase(string service, DatabaseOptions options, TimeProvider time) : ServiceDatabase(service, options, time);
