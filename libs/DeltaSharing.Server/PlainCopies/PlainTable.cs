using Tideway.DeltaLog;
using Tideway.ObjectStorage;

namespace Tideway.DeltaSharing.Server.PlainCopies;

/// <summary>A shared table whose files may be written again.</summary>
/// <param name="FullName">As error texts name it.</param>
/// <param name="Location">Where it is.</param>
/// <param name="Table">The table.</param>
public sealed record PlainTable(string FullName, StorageLocation Location, DeltaTable Table);

/// <summary>A file that is to be told by a view.</summary>
public readonly record struct PlainItem(PlainView View, PlainFile File);
