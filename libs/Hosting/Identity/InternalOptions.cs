using System.ComponentModel.DataAnnotations;

namespace Tideway.Hosting.Identity;

/// <summary>What the services of one organisation show each other at internal endpoints.</summary>
public sealed class InternalOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Internal";

    /// <summary>The key that all services share, at least 32 characters. Without one, internal endpoints refuse everybody.</summary>
    [MinLength(32, ErrorMessage = "Internal:Key must be at least 32 characters long.")]
    public string? Key { get; set; }
}
