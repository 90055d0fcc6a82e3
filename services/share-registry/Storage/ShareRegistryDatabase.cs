using Tideway.Hosting.Database;

namespace Tideway.ShareRegistry.Storage;

/// <summary>Shares, their tables, grants, and the recipients that recipient-auth told of.</summary>
internal sealed class ShareRegistryDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase(ShareRegistryStartup.Name, options, time);
