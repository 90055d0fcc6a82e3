using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.ShareRegistry;

return await ProcessExit.OfAsync(async () =>
{
    var builder = TidewayHost.CreateBuilder(args, ShareRegistryStartup.Name, EventRouting.All);
    builder.AddShareRegistry();
    var app = builder.Build();
    app.UseTideway();
    app.MapShareRegistry();
    await app.RunAsync();
});
