using System.ComponentModel.DataAnnotations;

namespace Tideway.Hosting.Identity;

/// <summary>Where the other services reach recipient-auth.</summary>
public sealed class RecipientAuthOptions : IValidatableObject
{
    /// <summary>Configuration section.</summary>
    public const string Section = "RecipientAuth";

    /// <summary>Absolute http or https address inside the organisation, for example <c>http://recipient-auth:8080</c>.</summary>
    [Required(ErrorMessage = "RecipientAuth:Url is needed where recipient-auth runs in another process: its absolute http or https address.")]
    public Uri? Url { get; set; }

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Url.IsAbsoluteUri || Url.Scheme is not ("http" or "https")))
            yield return new ValidationResult($"{Section}:Url must be an absolute http or https address; got '{Url}'.", [nameof(Url)]);
    }
}
