"""Reads, searches and writes pictures with OpenCV, one for each line of standard input.

Arguments: the picture, the published UltraFace file, "annotate" or "plain". Prints the milliseconds
of each picture, and at the end of the input the peak of the resident memory in bytes.
"""

import sys
import time

import cv2
import numpy

SIZE = (320, 240)

path, model, mode = sys.argv[1:4]
cv2.setNumThreads(1)
detector = cv2.dnn.readNetFromONNX(model)
outputs = detector.getUnconnectedOutLayersNames()


def recognise():
    picture = cv2.imdecode(numpy.fromfile(path, numpy.uint8), cv2.IMREAD_COLOR)
    height, width = picture.shape[:2]
    small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
    detector.setInput(cv2.dnn.blobFromImage(small, 1 / 128, SIZE, (127, 127, 127), swapRB=True))
    named = dict(zip(outputs, detector.forward(outputs)))
    scores = named["scores"][0, :, 1]
    corners = named["boxes"][0] * [width, height, width, height]
    boxes = [[int(x1), int(y1), int(x2 - x1), int(y2 - y1)] for x1, y1, x2, y2 in corners]
    faces = cv2.dnn.NMSBoxes(boxes, scores.tolist(), 0.7, 0.4)
    if mode == "annotate":
        for face in numpy.array(faces).flatten():
            x, y, box_width, box_height = boxes[face]
            cv2.rectangle(picture, (x, y), (x + box_width, y + box_height), (0, 255, 0), 4)
        cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])


for line in sys.stdin:
    started = time.perf_counter()
    recognise()
    print((time.perf_counter() - started) * 1000, flush=True)
with open("/proc/self/status") as status:
    print([int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")][0], flush=True)
