namespace Tideway.ShareRegistry.Volumes;

/// <summary>Registers and maps volumes: files of any kind that are shared beside tables.</summary>
internal static class VolumesRegistration
{
    public static void AddVolumes(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<GrantedVolumes>();
        builder.Services.AddSingleton<VolumeProbe>();
        builder.Services.AddSingleton<VolumeAddress>();
        builder.Services.AddSingleton<VolumeStorage>();
        builder.Services.AddSingleton<VolumeFiles>();
    }

    public static void MapVolumes(this IEndpointRouteBuilder sharing)
    {
        sharing.MapVolumeCatalog();
        sharing.MapVolumeFiles();
        sharing.MapVolumeCredentials();
    }
}
