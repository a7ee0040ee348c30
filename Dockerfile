# Two images: `read` holds the command and what reads, `page` the upload-and-predict page as well.
#
#     docker build --target read -t payment-ml .
#     docker run --rm --read-only --network none -v "$PWD/scans:/scans:ro" payment-ml read --format csv /scans
#
#     docker build --target page -t payment-ml-page .
#     docker run --rm --read-only --tmpfs /tmp -v payment-ml:/home/payment -p 8866:8866 payment-ml-page
#
# Both run as a user without rights on a read-only file system. The models in the box serve until the volume has others:
# data/ and models/ in /home/payment are PAYMENT_ML_HOME. SECURITY.md says what to know before others use the page.

FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml hatch_build.py requirements.txt README.md LICENSE ./
COPY data/fonts data/fonts
COPY data/samples data/samples
COPY models models
COPY notebooks notebooks
COPY profiles profiles
COPY payment_ml payment_ml
# The versions that the tests ran with. Hashes cannot bind here: this project's own wheel has none yet.
RUN sed -n 's/^\([A-Za-z0-9._-]*==[^ ;]*\).*/\1/p' requirements.txt > /constraints.txt \
    && pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim-bookworm AS read
COPY --from=build /constraints.txt /constraints.txt
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --constraint /constraints.txt /wheels/*.whl \
    && useradd --uid 10001 --create-home payment
USER payment
ENV PAYMENT_ML_HOME=/home/payment PYTHONDONTWRITEBYTECODE=1
WORKDIR /home/payment
# A sample is read: the network, its checksum and every library are then as they should be.
HEALTHCHECK --interval=5m --timeout=20s CMD ["python", "-m", "payment_ml.cli.health"]
ENTRYPOINT ["payment-ml"]
CMD ["--help"]

FROM read AS page
USER root
RUN pip install --no-cache-dir --constraint /constraints.txt "$(ls /wheels/*.whl)[notebooks]"
USER payment
# Jupyter and matplotlib write below HOME; /tmp is the only place that the read-only file system leaves them.
ENV HOME=/tmp MPLCONFIGDIR=/tmp
EXPOSE 8866
HEALTHCHECK --interval=1m --timeout=10s --start-period=30s CMD ["python", "-m", "payment_ml.cli.health", "http://localhost:8866/"]
CMD ["demo", "--host", "0.0.0.0", "--no-browser"]
