using System.ComponentModel.DataAnnotations;

namespace Tideway.ObjectStorage;

/// <summary>The only places of storage that may be read or written.</summary>
public sealed class StorageRootOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary>
    /// Roots by name. A name is 1 to 63 of <c>a-z 0-9 - _</c> and shows in signed URLs. A value is an absolute path or a <c>file:</c> URL of
    /// a folder that exists.
    /// </summary>
    [Required]
    public Dictionary<string, string> Roots { get; set; } = [];
}
