using Tideway.Hosting.Database;

namespace Tideway.RecipientAuth.Storage;

/// <summary>Recipients, their links and tokens, and our own service principals.</summary>
internal sealed class RecipientAuthDatabase(DatabaseOptions options, TimeProvider time) : ServiceDatabase(RecipientAuthStartup.Name, options, time);
