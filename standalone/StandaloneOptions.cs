using System.ComponentModel.DataAnnotations;

namespace Tideway.Standalone;

/// <summary>One organisation in one process.</summary>
internal sealed class StandaloneOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Standalone";

    /// <summary>Folder with everything the organisation keeps; made when missing.</summary>
    [Required]
    public string Folder { get; set; } = "data";

    /// <summary>Address to listen on. The address for partners, <c>Public:Url</c>, is the same unless told otherwise.</summary>
    [Required]
    public Uri Listen { get; set; } = new("http://127.0.0.1:8080");
}
