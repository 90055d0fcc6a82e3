using Tideway.Hosting.Database;

namespace Tideway.Hosting.Tests.Hosts;

/// <summary>The database of a service that notes what it was told.</summary>
internal sealed class TestDatabase(DatabaseOptions options, TimeProvider time, string service = "test-service") : ServiceDatabase(service, options, time);
