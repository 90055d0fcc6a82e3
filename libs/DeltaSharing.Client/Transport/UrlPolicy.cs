namespace Tideway.DeltaSharing.Client.Transport;

/// <summary>Which addresses may be called.</summary>
internal static class UrlPolicy
{
    public static void Check(Uri url, DeltaSharingClientOptions options)
    {
        if (url is { IsAbsoluteUri: true, UserInfo: "" } && url.Scheme == Uri.UriSchemeHttp && !options.AllowInsecureHttp)
            throw new DeltaSharingException(
                DeltaSharingError.AddressRefused,
                $"Expected an https address, got {Describe(url)}. The setting {options.SettingPrefix}{nameof(options.AllowInsecureHttp)} allows http, for tries on one machine only."
            );
        if (
            !url.IsAbsoluteUri
            || url.UserInfo.Length > 0
            || !(url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && options.AllowInsecureHttp))
        )
            throw new DeltaSharingException(DeltaSharingError.AddressRefused, $"Expected an https address without a user, got {Describe(url)}.");
    }

    /// <summary>An address for messages. Queries of files are as good as credentials.</summary>
    public static string Describe(Uri url) => url.IsAbsoluteUri ? $"{url.Scheme}://{url.Host}:{url.Port}{url.AbsolutePath}" : "a relative address";
}
