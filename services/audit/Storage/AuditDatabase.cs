using Tideway.Hosting.Database;

namespace Tideway.Audit.Storage;

/// <summary>The record and what is read off it.</summary>
internal sealed class AuditDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase(AuditStartup.Name, options, time);
