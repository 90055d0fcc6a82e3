using System.ComponentModel.DataAnnotations;

namespace Tideway.ObjectStorage;

/// <summary>The only places of storage that may be read or written.</summary>
public sealed class StorageRootOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>
    /// Roots by name. A name is 1 to 63 of <c>a-z 0-9 - _</c> and shows in signed URLs. A value is an absolute path or a <c>file:</c> URL of
    /// a folder that exists, or the URL of a place in an object store: <c>s3://bucket/path</c>,
    /// <c>abfss://container@account.dfs.core.windows.net/path</c>, <c>wasbs://...</c>, <c>az://container/path</c>, <c>gs://bucket/path</c>.
    /// </summary>
    [Required]
    public Dictionary<string, string> Roots { get; set; } = [];

    /// <summary>How roots in object stores are reached, by the root's name. A root without needs none where the environment says enough.</summary>
    public Dictionary<string, StorageAccessOptions> Access { get; set; } = [];
}
