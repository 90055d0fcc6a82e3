using System.ComponentModel.DataAnnotations;

namespace Tideway.Hosting.Web;

/// <summary>Where partners reach this organisation. Checked when it is first used; a service that always needs it calls <c>ValidateOnStart</c>.</summary>
public sealed class PublicOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Public";

    /// <summary>Absolute http or https address without query, for example <c>https://data.example.org</c>. A path in it comes before every path of ours.</summary>
    [Required(ErrorMessage = "Public:Url is needed: the absolute http or https address where partners reach this organisation.")]
    public Uri? Url { get; set; }

    /// <summary>The public address of <paramref name="path"/>, which begins with a slash.</summary>
    public Uri At(string path)
    {
        if (!path.StartsWith('/'))
            throw new ArgumentException($"A path begins with a slash; got '{path}'.", nameof(path));
        return new Uri(Url!.GetLeftPart(UriPartial.Path).TrimEnd('/') + path);
    }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Url.IsAbsoluteUri || Url.Scheme is not ("http" or "https") || Url.Query.Length > 0 || Url.Fragment.Length > 0))
            yield return new ValidationResult($"{Section}:Url must be an absolute http or https address without query; got '{Url}'.", [nameof(Url)]);
    }
}
