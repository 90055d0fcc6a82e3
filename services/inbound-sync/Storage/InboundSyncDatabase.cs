using Tideway.Hosting.Database;

namespace Tideway.InboundSync.Storage;

/// <summary>The state of inbound-sync: providers, syncs and their runs.</summary>
public sealed class InboundSyncDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase(InboundSyncStartup.Name, options, time);
